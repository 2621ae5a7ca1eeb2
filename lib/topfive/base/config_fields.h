// One field list per configuration struct: it drives parsing, dumping, the JSON Schema, the
// explanations and the error texts, so that they cannot disagree.
//
//   struct StepScheduleConfig {
//     double factor = 0.1;
//     static const base::Fields<StepScheduleConfig>& fields();
//   };
//   const base::Fields<StepScheduleConfig>& StepScheduleConfig::fields() {
//     static const auto kFields =
//         base::Fields<StepScheduleConfig>("Multiplies the rate every few epochs.")
//             .number("factor", &StepScheduleConfig::factor, {.help = "...", .min = 0, .max = 1,
//             .paper = "0.1"});
//     return kFields;
//   }
//
// Defaults are those of a default-constructed struct. JSON stays behind this header: rooms see
// typed structs only.
#pragma once

#include <concepts>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "topfive/base/config_node.h"

namespace topfive::base {

template <class N>
concept Number = std::is_arithmetic_v<N> && !std::same_as<N, bool>;

// What `inspect config explain` and the schema say about one field.
struct FieldInfo {
  std::string name;
  std::string type;           // number, integer, boolean, string, choice, list, object
  std::string help;           // one line
  std::string allowed;        // "0 to 1", "step, cosine"; empty where anything goes
  std::string default_value;  // as JSON; empty where the field is required
  std::string paper;          // the paper's value and where it stands; may be empty
  std::vector<FieldInfo> children;
};

// Options of a numeric field. The bounds are inclusive.
struct NumberRule {
  std::string help;
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  std::string paper = "";
  bool required = false;
};

struct FieldRule {
  std::string help;
  std::string paper = "";
  bool required = false;
};

namespace detail {
double checked_number(const ConfigNode& node, const NumberRule& rule);
std::int64_t checked_integer(const ConfigNode& node, const NumberRule& rule);
std::size_t checked_choice(const ConfigNode& node, const std::vector<std::string>& names);
nlohmann::ordered_json number_schema(const NumberRule& rule, bool integer);
nlohmann::ordered_json choice_schema(const std::vector<std::string>& names);
std::string range_text(const NumberRule& rule);
[[noreturn]] void fail_too_wide(const ConfigNode& node);
// The double that prints like the float: 0.1f gives 0.1, not 0.10000000149011612.
double nearest_decimal(float value);
// The checked value in the member's own type; a value that the type cannot hold is an error, never
// cut.
template <class N>
N number_of(const ConfigNode& node, const NumberRule& rule);
template <class N>
nlohmann::ordered_json number_json(N value);
// Completes the schema of an object: properties, required, additionalProperties false.
nlohmann::ordered_json object_schema(const std::string& help, nlohmann::ordered_json properties,
                                     const std::vector<std::string>& required);
}  // namespace detail

template <class Variant>
class Alternatives;

template <class T>
class Fields {
 public:
  explicit Fields(std::string help) : help_(std::move(help)) {}

  // double, float, int, std::int64_t, std::uint64_t (up to 2^63 - 1), ...
  template <Number N>
  Fields& number(const std::string& name, N T::*member, NumberRule rule);
  // A list of numbers; std::vector<double> or std::vector<int>, each within the rule.
  template <Number N>
  Fields& numbers(const std::string& name, std::vector<N> T::*member, NumberRule rule);
  Fields& boolean(const std::string& name, bool T::*member, FieldRule rule);
  Fields& text(const std::string& name, std::string T::*member, FieldRule rule);
  // A list of texts.
  Fields& texts(const std::string& name, std::vector<std::string> T::*member, FieldRule rule);
  // An enum given by name.
  template <class E>
  Fields& choice(const std::string& name, E T::*member, std::vector<std::pair<std::string, E>> table, FieldRule rule);
  // A struct with its own field list U::fields().
  template <class U>
  Fields& object(const std::string& name, U T::*member, FieldRule rule = {});
  // One of several structs, told apart by a tag key ("type": "alexnet").
  template <class V>
  Fields& one_of(const std::string& name, V T::*member, const Alternatives<V>& alternatives, FieldRule rule);
  template <class V>
  Fields& list_of(const std::string& name, std::vector<V> T::*member, const Alternatives<V>& alternatives,
                  FieldRule rule);
  // A rule across fields: returns what is wrong, or an empty string.
  Fields& check(std::function<std::string(const T&)> rule);

  T parse(const ConfigNode& node,
          const std::string& tag = "") const;  // `tag`: a key read elsewhere
  nlohmann::ordered_json dump(const T& config) const;
  nlohmann::ordered_json schema() const;
  nlohmann::ordered_json schema_properties() const;
  std::vector<FieldInfo> describe() const;
  const std::string& help() const { return help_; }
  std::vector<std::string> required_names() const;

 private:
  struct Field {
    FieldInfo info;
    bool required = false;
    std::function<void(T&, const ConfigNode&)> parse;
    std::function<nlohmann::ordered_json(const T&)> dump;
    std::function<nlohmann::ordered_json()> schema;
    std::function<std::vector<FieldInfo>()> children;
  };
  Fields& add(Field field);

  std::string help_;
  std::vector<Field> fields_;
  std::vector<std::function<std::string(const T&)>> checks_;
};

// The table of structs that one tagged place accepts. Every struct has a static fields().
template <class... Ts>
class Alternatives<std::variant<Ts...>> {
 public:
  using Variant = std::variant<Ts...>;
  explicit Alternatives(std::string tag) : tag_(std::move(tag)) {}

  template <class A>
  Alternatives& option(const std::string& name);

  Variant parse(const ConfigNode& node) const;
  nlohmann::ordered_json dump(const Variant& config) const;
  nlohmann::ordered_json schema() const;
  std::vector<FieldInfo> describe() const;
  std::string name_of(const Variant& config) const;
  std::vector<std::string> names() const;

 private:
  struct Option {
    std::string name;
    std::function<bool(const Variant&)> holds;
    std::function<Variant(const ConfigNode&)> parse;
    std::function<nlohmann::ordered_json(const Variant&)> dump;
    std::function<nlohmann::ordered_json()> properties;
    std::function<std::vector<std::string>()> required;
    std::function<std::vector<FieldInfo>()> describe;
    std::string help;
  };
  std::string tag_;
  std::vector<Option> options_;
};

}  // namespace topfive::base

#include "topfive/base/config_fields_impl.h"
