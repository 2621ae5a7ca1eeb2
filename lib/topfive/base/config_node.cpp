#include "topfive/base/config_node.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "topfive/base/config_pointer.h"
#include "topfive/base/error.h"
#include "topfive/base/text.h"

namespace topfive::base {
namespace {

using Json = nlohmann::ordered_json;

// Above this, a double no longer tells neighbouring integers apart.
constexpr double kLargestExactInteger = 9007199254740992.0;  // 2^53

// The type in words in front of the value: "the string \"half\"", "an object".
std::string described(const Json& value, const std::string& shown) {
  if (value.is_string()) return "the string " + shown;
  if (value.is_number()) return "the number " + shown;
  return shown;
}

}  // namespace

ConfigNode::ConfigNode(const ConfigDocument& document, std::string pointer)
    : document_(&document), pointer_(std::move(pointer)), value_(&document.root().at(Json::json_pointer(pointer_))) {}

bool ConfigNode::has(const std::string& key) const { return value_->contains(key); }

ConfigNode ConfigNode::child(const std::string& key) const {
  return ConfigNode(*document_, child_pointer(pointer_, key));
}

ConfigNode ConfigNode::element(std::size_t index) const {
  return ConfigNode(*document_, child_pointer(pointer_, index));
}

// A key may look like an index, so the values on the way decide what is one.
std::string ConfigNode::path() const {
  if (pointer_.empty()) return "the file";
  std::string text;
  const Json* here = &document_->root();
  Json::json_pointer rest(pointer_);
  std::vector<std::string> steps;
  for (; !rest.empty(); rest.pop_back()) steps.push_back(rest.back());
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (here->is_array()) {
      text.append("[").append(*step).append("]");
      here = &here->at(index_of(*step, here->size()));
    } else {
      text.append(text.empty() ? "" : ".").append(one_line(*step));
      here = &here->at(*step);
    }
  }
  return text;
}

double ConfigNode::as_number() const {
  if (!value_->is_number()) fail_type("a number");
  const double number = value_->get<double>();
  if (!std::isfinite(number)) fail_type("a finite number");
  return number;
}

std::int64_t ConfigNode::as_integer() const {
  if (!value_->is_number()) fail_type("an integer");
  if (value_->is_number_unsigned()) {
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    if (value_->get<std::uint64_t>() <= static_cast<std::uint64_t>(kMax)) {
      return value_->get<std::int64_t>();
    }
    fail(shown() + " is too large; at most " + std::to_string(kMax));
  }
  if (value_->is_number_integer()) return value_->get<std::int64_t>();
  const double number = value_->get<double>();
  if (number != std::trunc(number)) fail_type("an integer");
  if (std::abs(number) > kLargestExactInteger) {
    fail(shown() + " is not exact; write it with at most 18 digits and without fraction or exponent");
  }
  return static_cast<std::int64_t>(number);
}

bool ConfigNode::as_boolean() const {
  if (!value_->is_boolean()) fail_type("true or false");
  return value_->get<bool>();
}

std::string ConfigNode::as_string() const {
  if (!value_->is_string()) fail_type("a string");
  return value_->get<std::string>();
}

void ConfigNode::require_object() const {
  if (!value_->is_object()) fail_type("an object");
}

void ConfigNode::require_array() const {
  if (!value_->is_array()) fail_type("a list");
}

void ConfigNode::require_known_keys(const std::vector<std::string>& known) const {
  for (const auto& [key, value] : value_->items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string pointer = child_pointer(pointer_, key);
    throw UserError(ExitCode::kConfig, document_->key_location(pointer).text() + ": " +
                                           ConfigNode(*document_, pointer).path() + ": unknown key" +
                                           did_you_mean(key, known) + " (known: " + join(known) + ")");
  }
}

std::string ConfigNode::shown() const {
  if (value_->is_object()) return "an object";
  if (value_->is_array()) return "a list";
  if (value_->is_string()) return in_quotes(value_->get_ref<const std::string&>(), 40);
  return value_->dump();
}

void ConfigNode::fail(const std::string& what) const {
  throw UserError(ExitCode::kConfig, document_->value_location(pointer_).text() + ": " + path() + ": " + what);
}

void ConfigNode::fail_type(const std::string& expected) const {
  fail("expected " + expected + ", got " + described(*value_, shown()));
}

}  // namespace topfive::base
