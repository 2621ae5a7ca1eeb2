#include "topfive/base/config_fields.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "topfive/base/text.h"

namespace topfive::base::detail {
namespace {

constexpr double kTwoTo63 = 0x1p63;

// A bound that is a whole number is an integer in messages and in the schema: 4294967295,
// not 4.29e+09.
std::optional<std::int64_t> as_whole(double bound) {
  if (std::trunc(bound) != bound || bound < -kTwoTo63 || bound >= kTwoTo63) return std::nullopt;
  return static_cast<std::int64_t>(bound);
}

std::string bound_text(double bound) {
  if (const auto whole = as_whole(bound)) return std::to_string(*whole);
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), bound, std::chars_format::general);
  return {text.data(), end.ptr};
}

nlohmann::ordered_json bound_json(double bound) {
  if (const auto whole = as_whole(bound)) return *whole;
  return bound;
}

// Exact, where comparing as doubles would round the value to a neighbour above 2^53.
bool is_below(std::int64_t value, double bound) {
  if (bound >= kTwoTo63) return true;
  return bound > -kTwoTo63 && value < static_cast<std::int64_t>(std::ceil(bound));
}

bool is_above(std::int64_t value, double bound) {
  if (bound < -kTwoTo63) return true;
  return bound < kTwoTo63 && value > static_cast<std::int64_t>(std::floor(bound));
}

[[noreturn]] void fail_range(const ConfigNode& node, const NumberRule& rule) {
  node.fail(node.shown() + " is out of range (" + range_text(rule) + ")");
}

}  // namespace

double checked_number(const ConfigNode& node, const NumberRule& rule) {
  const double number = node.as_number();
  if (number < rule.min || number > rule.max) fail_range(node, rule);
  return number;
}

std::int64_t checked_integer(const ConfigNode& node, const NumberRule& rule) {
  const std::int64_t number = node.as_integer();
  if (is_below(number, rule.min) || is_above(number, rule.max)) fail_range(node, rule);
  return number;
}

std::size_t checked_choice(const ConfigNode& node, const std::vector<std::string>& names) {
  if (!node.value().is_string()) {
    node.fail("expected one of " + join(names) + ", got " + node.shown());
  }
  const std::string name = node.as_string();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return i;
  }
  node.fail(node.shown() + " is not one of " + join(names) + did_you_mean(name, names));
}

void fail_too_wide(const ConfigNode& node) {
  node.fail(node.shown() + " is too large for this field; use a smaller number");
}

double nearest_decimal(float value) {
  std::array<char, 64> text{};
  *std::to_chars(text.data(), text.data() + text.size() - 1, value).ptr = '\0';
  return std::strtod(text.data(), nullptr);
}

std::string range_text(const NumberRule& rule) {
  const bool has_min = std::isfinite(rule.min);
  const bool has_max = std::isfinite(rule.max);
  if (has_min && has_max) return bound_text(rule.min) + " to " + bound_text(rule.max);
  if (has_min) return "at least " + bound_text(rule.min);
  return has_max ? "at most " + bound_text(rule.max) : "";
}

nlohmann::ordered_json number_schema(const NumberRule& rule, bool integer) {
  nlohmann::ordered_json schema;
  schema["type"] = integer ? "integer" : "number";
  if (std::isfinite(rule.min)) schema["minimum"] = bound_json(rule.min);
  if (std::isfinite(rule.max)) schema["maximum"] = bound_json(rule.max);
  return schema;
}

nlohmann::ordered_json choice_schema(const std::vector<std::string>& names) {
  nlohmann::ordered_json schema;
  schema["enum"] = names;
  return schema;
}

nlohmann::ordered_json object_schema(const std::string& help, nlohmann::ordered_json properties,
                                     const std::vector<std::string>& required) {
  nlohmann::ordered_json schema;
  schema["type"] = "object";
  if (!help.empty()) schema["description"] = help;
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = required;
  schema["additionalProperties"] = false;
  return schema;
}

}  // namespace topfive::base::detail
