#include "topfive/base/config_document.h"

#include <algorithm>

#include "topfive/base/config_pointer.h"
#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/text.h"

namespace topfive::base {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 20U;
constexpr std::size_t kMaxChain = 16;

bool is_usable_path(const std::string& text) { return !text.empty() && text.find('\0') == std::string::npos; }

[[noreturn]] void fail(const SourceLocation& where, const std::string& what) {
  throw UserError(ExitCode::kConfig, where.text() + ": extends: " + what);
}

std::filesystem::path identity(const std::filesystem::path& path) {
  std::error_code error;
  const auto canonical = std::filesystem::weakly_canonical(path, error);
  return error ? path.lexically_normal() : canonical;
}

// `named_at` is the place that names the file, or empty for the file that the user gave.
std::string read_config(const std::filesystem::path& path, const std::string& named_at) {
  try {
    return read_text_file(path, kMaxFileBytes);
  } catch (const UserError& error) {
    const bool is_missing = error.code() == ExitCode::kInputMissing;
    throw UserError(is_missing ? ExitCode::kInputMissing : ExitCode::kConfig, named_at + error.what());
  }
}

void check_chain(const SourceLocation& where, const std::filesystem::path& base,
                 const std::vector<std::filesystem::path>& chain) {
  if (std::find(chain.begin(), chain.end(), identity(base)) != chain.end()) {
    fail(where, in_quotes(base.string()) + " extends this file in turn; break the circle");
  }
  if (chain.size() >= kMaxChain) {
    fail(where, "more than " + std::to_string(kMaxChain) + " files in a chain; merge some of them");
  }
}

}  // namespace

std::string SourceLocation::text() const {
  if (line == 0) return file;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

SourceLocation ConfigDocument::key_location(const std::string& pointer) const {
  const auto place = places_.find(pointer);
  if (place != places_.end()) return place->second.key;
  return pointer.empty() ? SourceLocation{} : key_location(parent_pointer(pointer));
}

SourceLocation ConfigDocument::value_location(const std::string& pointer) const {
  const auto place = places_.find(pointer);
  if (place != places_.end()) return place->second.value;
  return pointer.empty() ? SourceLocation{} : value_location(parent_pointer(pointer));
}

ConfigDocument ConfigDocument::load(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  std::vector<std::filesystem::path> chain;
  ConfigDocument document = load_chain(path, "", chain);
  for (const std::string& assignment : overrides) document.apply_override(assignment);
  return document;
}

ConfigDocument ConfigDocument::load_chain(const std::filesystem::path& path, const std::string& named_at,
                                          std::vector<std::filesystem::path>& chain) {
  chain.push_back(identity(path));
  ConfigDocument document = parse(read_config(path, named_at), path.string());
  if (!document.root_.contains("extends")) return document;

  const SourceLocation where = document.value_location("/extends");
  const std::filesystem::path base_path = (path.parent_path() / document.take_extends()).lexically_normal();
  check_chain(where, base_path, chain);
  ConfigDocument base = load_chain(base_path, where.text() + ": extends: ", chain);
  base.merge(document.root_, document, "", "");
  return base;
}

std::string ConfigDocument::take_extends() {
  const nlohmann::ordered_json name = root_.at("extends");
  const SourceLocation where = value_location("/extends");
  if (!name.is_string() || !is_usable_path(name.get<std::string>())) {
    fail(where, "expected the path of a file, as a string");
  }
  root_.erase("extends");
  forget_places("/extends");
  return name.get<std::string>();
}

void ConfigDocument::merge(const nlohmann::ordered_json& patch, const ConfigDocument& other, const std::string& at,
                           const std::string& from) {
  nlohmann::ordered_json& target = root_[nlohmann::ordered_json::json_pointer(at)];
  if (!patch.is_object()) {
    target = patch;
    forget_places(at);
    copy_places(other, at, from);
    return;
  }
  if (!target.is_object()) {
    target = nlohmann::ordered_json::object();
    forget_places(at);
  }
  places_[at] = other.places_.at(from);
  for (const auto& [key, value] : patch.items()) {
    if (value.is_null()) {
      target.erase(key);
      forget_places(child_pointer(at, key));
    } else {
      merge(value, other, child_pointer(at, key), child_pointer(from, key));
    }
  }
}

// The places below a pointer follow it in the map's order with its text and a slash in front.
void ConfigDocument::forget_places(const std::string& pointer) {
  places_.erase(pointer);
  const std::string prefix = pointer + "/";
  auto place = places_.lower_bound(prefix);
  while (place != places_.end() && place->first.starts_with(prefix)) place = places_.erase(place);
}

void ConfigDocument::copy_places(const ConfigDocument& other, const std::string& at, const std::string& from) {
  places_[at] = other.places_.at(from);
  const std::string prefix = from + "/";
  auto place = other.places_.lower_bound(prefix);
  for (; place != other.places_.end() && place->first.starts_with(prefix); ++place) {
    places_[at + place->first.substr(from.size())] = place->second;
  }
}

}  // namespace topfive::base
