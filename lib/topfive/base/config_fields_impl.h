// The bodies of the templates in config_fields.h.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "topfive/base/config_fields.h"

namespace topfive::base {

template <class N>
N detail::number_of(const ConfigNode& node, const NumberRule& rule) {
  if constexpr (std::is_integral_v<N>) {
    const std::int64_t value = checked_integer(node, rule);
    if (!std::in_range<N>(value)) fail_too_wide(node);
    return static_cast<N>(value);
  } else {
    const double value = checked_number(node, rule);
    if (value < std::numeric_limits<N>::lowest() || value > std::numeric_limits<N>::max()) {
      fail_too_wide(node);
    }
    return static_cast<N>(value);
  }
}

template <class N>
nlohmann::ordered_json detail::number_json(N value) {
  if constexpr (std::is_same_v<N, float>) {
    return nearest_decimal(value);
  } else {
    return value;
  }
}

template <class T>
Fields<T>& Fields<T>::add(Field field) {
  field.info.default_value = field.required ? "" : field.dump(T{}).dump();
  fields_.push_back(std::move(field));
  return *this;
}

template <class T>
template <Number N>
Fields<T>& Fields<T>::number(const std::string& name, N T::*member, NumberRule rule) {
  constexpr bool kIsInteger = std::is_integral_v<N>;
  const std::string type = kIsInteger ? "integer" : "number";
  Field field;
  field.info = {name, type, rule.help, detail::range_text(rule), "", rule.paper, {}};
  field.required = rule.required;
  field.parse = [member, rule](T& config, const ConfigNode& node) {
    config.*member = detail::number_of<N>(node, rule);
  };
  field.dump = [member](const T& config) { return detail::number_json(config.*member); };
  field.schema = [rule] { return detail::number_schema(rule, kIsInteger); };
  return add(std::move(field));
}

template <class T>
template <Number N>
Fields<T>& Fields<T>::numbers(const std::string& name, std::vector<N> T::*member, NumberRule rule) {
  Field field;
  field.info = {name, "list", rule.help, detail::range_text(rule), "", rule.paper, {}};
  field.required = rule.required;
  field.parse = [member, rule](T& config, const ConfigNode& node) {
    node.require_array();
    (config.*member).clear();
    for (std::size_t i = 0; i < node.size(); ++i) {
      (config.*member).push_back(detail::number_of<N>(node.element(i), rule));
    }
  };
  field.dump = [member](const T& config) {
    auto list = nlohmann::ordered_json::array();
    for (const N value : config.*member) list.push_back(detail::number_json(value));
    return list;
  };
  field.schema = [rule] {
    const auto items = detail::number_schema(rule, std::is_integral_v<N>);
    return nlohmann::ordered_json{{"type", "array"}, {"items", items}};
  };
  return add(std::move(field));
}

template <class T>
Fields<T>& Fields<T>::boolean(const std::string& name, bool T::*member, FieldRule rule) {
  Field field;
  field.info = {name, "boolean", rule.help, "true, false", "", rule.paper, {}};
  field.required = rule.required;
  field.parse = [member](T& config, const ConfigNode& node) { config.*member = node.as_boolean(); };
  field.dump = [member](const T& config) { return nlohmann::ordered_json(config.*member); };
  field.schema = [] { return nlohmann::ordered_json{{"type", "boolean"}}; };
  return add(std::move(field));
}

template <class T>
Fields<T>& Fields<T>::text(const std::string& name, std::string T::*member, FieldRule rule) {
  Field field;
  field.info = {name, "string", rule.help, "", "", rule.paper, {}};
  field.required = rule.required;
  field.parse = [member](T& config, const ConfigNode& node) { config.*member = node.as_string(); };
  field.dump = [member](const T& config) { return nlohmann::ordered_json(config.*member); };
  field.schema = [] { return nlohmann::ordered_json{{"type", "string"}}; };
  return add(std::move(field));
}

template <class T>
Fields<T>& Fields<T>::texts(const std::string& name, std::vector<std::string> T::*member, FieldRule rule) {
  Field field;
  field.info = {name, "list", rule.help, "", "", rule.paper, {}};
  field.required = rule.required;
  field.parse = [member](T& config, const ConfigNode& node) {
    node.require_array();
    (config.*member).clear();
    for (std::size_t i = 0; i < node.size(); ++i) (config.*member).push_back(node.element(i).as_string());
  };
  field.dump = [member](const T& config) {
    auto list = nlohmann::ordered_json::array();
    for (const std::string& text : config.*member) list.push_back(text);
    return list;
  };
  field.schema = [] { return nlohmann::ordered_json{{"type", "array"}, {"items", {{"type", "string"}}}}; };
  return add(std::move(field));
}

template <class T>
template <class E>
Fields<T>& Fields<T>::choice(const std::string& name, E T::*member, std::vector<std::pair<std::string, E>> table,
                             FieldRule rule) {
  std::vector<std::string> names;
  std::string allowed;
  for (const auto& [text, value] : table) {
    names.push_back(text);
    allowed += (allowed.empty() ? "" : ", ") + text;
  }
  Field field;
  field.info = {name, "choice", rule.help, allowed, "", rule.paper, {}};
  field.required = rule.required;
  field.parse = [member, table, names](T& config, const ConfigNode& node) {
    config.*member = table[detail::checked_choice(node, names)].second;
  };
  field.dump = [member, table](const T& config) {
    for (const auto& [text, value] : table) {
      if (value == config.*member) return nlohmann::ordered_json(text);
    }
    return nlohmann::ordered_json(nullptr);
  };
  field.schema = [names] { return detail::choice_schema(names); };
  return add(std::move(field));
}

template <class T>
template <class U>
Fields<T>& Fields<T>::object(const std::string& name, U T::*member, FieldRule rule) {
  Field field;
  field.info = {name, "object", rule.help.empty() ? U::fields().help() : rule.help, "", "", rule.paper, {}};
  field.required = rule.required;
  field.parse = [member](T& config, const ConfigNode& node) { config.*member = U::fields().parse(node); };
  field.dump = [member](const T& config) { return U::fields().dump(config.*member); };
  field.schema = [] { return U::fields().schema(); };
  field.children = [] { return U::fields().describe(); };
  return add(std::move(field));
}

template <class T>
template <class V>
Fields<T>& Fields<T>::one_of(const std::string& name, V T::*member, const Alternatives<V>& alternatives,
                             FieldRule rule) {
  Field field;
  field.info = {name, "object", rule.help, "", "", rule.paper, {}};
  field.required = rule.required;
  field.parse = [member, &alternatives](T& config, const ConfigNode& node) {
    config.*member = alternatives.parse(node);
  };
  field.dump = [member, &alternatives](const T& config) { return alternatives.dump(config.*member); };
  field.schema = [&alternatives] { return alternatives.schema(); };
  field.children = [&alternatives] { return alternatives.describe(); };
  return add(std::move(field));
}

template <class T>
template <class V>
Fields<T>& Fields<T>::list_of(const std::string& name, std::vector<V> T::*member, const Alternatives<V>& alternatives,
                              FieldRule rule) {
  Field field;
  field.info = {name, "list", rule.help, "", "", rule.paper, {}};
  field.required = rule.required;
  field.parse = [member, &alternatives](T& config, const ConfigNode& node) {
    node.require_array();
    (config.*member).clear();
    for (std::size_t i = 0; i < node.size(); ++i) {
      (config.*member).push_back(alternatives.parse(node.element(i)));
    }
  };
  field.dump = [member, &alternatives](const T& config) {
    auto list = nlohmann::ordered_json::array();
    for (const V& item : config.*member) list.push_back(alternatives.dump(item));
    return list;
  };
  field.schema = [&alternatives] {
    return nlohmann::ordered_json{{"type", "array"}, {"items", alternatives.schema()}};
  };
  field.children = [&alternatives] { return alternatives.describe(); };
  return add(std::move(field));
}

template <class T>
Fields<T>& Fields<T>::check(std::function<std::string(const T&)> rule) {
  checks_.push_back(std::move(rule));
  return *this;
}

template <class T>
T Fields<T>::parse(const ConfigNode& node, const std::string& tag) const {
  node.require_object();
  std::vector<std::string> known;
  if (!tag.empty()) known.push_back(tag);
  for (const Field& field : fields_) known.push_back(field.info.name);
  node.require_known_keys(known);

  T config{};
  for (const Field& field : fields_) {
    if (node.has(field.info.name)) {
      field.parse(config, node.child(field.info.name));
    } else if (field.required) {
      node.fail("missing key \"" + field.info.name + "\" (" + field.info.help + ")");
    }
  }
  for (const auto& rule : checks_) {
    if (const std::string problem = rule(config); !problem.empty()) node.fail(problem);
  }
  return config;
}

template <class T>
nlohmann::ordered_json Fields<T>::dump(const T& config) const {
  auto object = nlohmann::ordered_json::object();
  for (const Field& field : fields_) object[field.info.name] = field.dump(config);
  return object;
}

template <class T>
nlohmann::ordered_json Fields<T>::schema_properties() const {
  auto properties = nlohmann::ordered_json::object();
  for (const Field& field : fields_) {
    auto property = field.schema();
    if (!field.info.help.empty()) property["description"] = field.info.help;
    if (!field.required) property["default"] = field.dump(T{});
    properties[field.info.name] = std::move(property);
  }
  return properties;
}

template <class T>
std::vector<std::string> Fields<T>::required_names() const {
  std::vector<std::string> names;
  for (const Field& field : fields_) {
    if (field.required) names.push_back(field.info.name);
  }
  return names;
}

template <class T>
nlohmann::ordered_json Fields<T>::schema() const {
  return detail::object_schema(help_, schema_properties(), required_names());
}

template <class T>
std::vector<FieldInfo> Fields<T>::describe() const {
  std::vector<FieldInfo> infos;
  for (const Field& field : fields_) {
    infos.push_back(field.info);
    if (field.children) infos.back().children = field.children();
  }
  return infos;
}

template <class... Ts>
template <class A>
Alternatives<std::variant<Ts...>>& Alternatives<std::variant<Ts...>>::option(const std::string& name) {
  Option option;
  option.name = name;
  option.help = A::fields().help();
  option.holds = [](const Variant& config) { return std::holds_alternative<A>(config); };
  option.parse = [tag = tag_](const ConfigNode& node) { return Variant(A::fields().parse(node, tag)); };
  option.dump = [](const Variant& config) { return A::fields().dump(std::get<A>(config)); };
  option.properties = [] { return A::fields().schema_properties(); };
  option.required = [] { return A::fields().required_names(); };
  option.describe = [] { return A::fields().describe(); };
  options_.push_back(std::move(option));
  return *this;
}

template <class... Ts>
std::vector<std::string> Alternatives<std::variant<Ts...>>::names() const {
  std::vector<std::string> list;
  for (const Option& option : options_) list.push_back(option.name);
  return list;
}

template <class... Ts>
auto Alternatives<std::variant<Ts...>>::parse(const ConfigNode& node) const -> Variant {
  node.require_object();
  if (!node.has(tag_)) {
    std::string list;
    for (const Option& option : options_) list += (list.empty() ? "" : ", ") + option.name;
    node.fail("missing key \"" + tag_ + "\" (one of: " + list + ")");
  }
  return options_[detail::checked_choice(node.child(tag_), names())].parse(node);
}

template <class... Ts>
std::string Alternatives<std::variant<Ts...>>::name_of(const Variant& config) const {
  for (const Option& option : options_) {
    if (option.holds(config)) return option.name;
  }
  return "";
}

template <class... Ts>
nlohmann::ordered_json Alternatives<std::variant<Ts...>>::dump(const Variant& config) const {
  auto object = nlohmann::ordered_json::object();
  for (const Option& option : options_) {
    if (!option.holds(config)) continue;
    object[tag_] = option.name;
    object.update(option.dump(config));
  }
  return object;
}

template <class... Ts>
nlohmann::ordered_json Alternatives<std::variant<Ts...>>::schema() const {
  auto branches = nlohmann::ordered_json::array();
  for (const Option& option : options_) {
    auto properties = nlohmann::ordered_json::object();
    properties[tag_] = {{"const", option.name}};
    properties.update(option.properties());
    std::vector<std::string> required = option.required();
    required.insert(required.begin(), tag_);
    branches.push_back(detail::object_schema(option.help, std::move(properties), required));
  }
  return {{"oneOf", branches}};
}

template <class... Ts>
std::vector<FieldInfo> Alternatives<std::variant<Ts...>>::describe() const {
  std::vector<FieldInfo> infos;
  for (const Option& option : options_) {
    infos.push_back({option.name, "object", option.help, "", "", "", option.describe()});
  }
  return infos;
}

}  // namespace topfive::base
