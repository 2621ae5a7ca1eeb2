#include <algorithm>
#include <optional>

#include "topfive/base/config_document.h"
#include "topfive/base/config_parser.h"
#include "topfive/base/config_pointer.h"
#include "topfive/base/error.h"
#include "topfive/base/text.h"

namespace topfive::base {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxPathLength = 1024;
constexpr std::size_t kMaxSteps = 64;

[[noreturn]] void fail_override(const SourceLocation& flag, const std::string& what) {
  throw UserError(ExitCode::kConfig, flag.text() + ": " + what);
}

std::vector<std::string> split_path(const std::string& path, const SourceLocation& flag) {
  std::vector<std::string> steps;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    steps.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  const bool has_empty = std::find(steps.begin(), steps.end(), "") != steps.end();
  if (has_empty || path.size() > kMaxPathLength || steps.size() > kMaxSteps) {
    fail_override(flag, "the key path is not valid; write for example --set model.dropout=0.5");
  }
  return steps;
}

bool is_utf8(const std::string& text) {
  try {
    static_cast<void>(Json(text).dump());
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

// Empty where the text is not JSON.
std::optional<ConfigDocument> parse_value(const std::string& text, const std::string& name) {
  try {
    return ConfigParser(text, name).run();
  } catch (const UserError&) {
    return std::nullopt;
  }
}

std::string join_path(const std::vector<std::string>& steps, std::size_t count) {
  return join({steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(count)}, ".");
}

}  // namespace

void ConfigDocument::apply_override(const std::string& assignment) {
  const SourceLocation flag{"--set " + one_line(assignment, 80), 0, 0};
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || !is_utf8(assignment)) {
    fail_override(flag, "expected KEY=VALUE in UTF-8; write for example --set model.dropout=0.5");
  }
  const auto steps = split_path(assignment.substr(0, equals), flag);
  const std::string text = assignment.substr(equals + 1);
  ConfigDocument value = parse_value(text, flag.file).value_or(ConfigDocument{});
  if (value.places_.empty()) {
    value.root_ = text;
    value.places_[""] = {};
  }
  for (auto& [pointer, place] : value.places_) place = {flag, flag};

  const std::string parent = make_way(steps, flag);
  const std::string at = child_pointer(parent, steps.back());
  Json& container = root_[Json::json_pointer(parent)];
  if (!value.root_.is_null()) {
    merge(value.root_, value, at, "");
  } else if (container.is_object() && container.erase(steps.back()) > 0) {
    forget_places(at);
  } else {
    fail_override(flag, "null removes a key, and there is no key " + in_quotes(join(steps, "."), 80) + " to remove");
  }
}

// Walks to the object or array that holds the last step, and makes the objects that are missing on
// the way.
std::string ConfigDocument::make_way(const std::vector<std::string>& steps, const SourceLocation& flag) {
  std::string pointer;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool is_last = i + 1 == steps.size();
    Json& here = root_[Json::json_pointer(pointer)];
    const std::string next = child_pointer(pointer, steps[i]);
    if (here.is_array() && index_of(steps[i], here.size()) == here.size()) {
      fail_override(flag, join_path(steps, i) + " is a list of " + std::to_string(here.size()) + " elements; " +
                              in_quotes(steps[i]) + " is not an index below that");
    }
    if (!here.is_structured()) {
      fail_override(flag, join_path(steps, i) + " has no keys, it is not an object or a list");
    }
    if (is_last) break;
    if (here.is_object() && !here.contains(steps[i])) {
      here[steps[i]] = Json::object();
      places_[next] = {flag, flag};
    }
    pointer = next;
  }
  return pointer;
}

}  // namespace topfive::base
