// A JSON configuration with the place of every key and value, for error messages that point at the
// text.
//
// Limits: 1 MiB a file, 64 levels deep, 16 files in an `extends` chain; duplicate keys, NaN,
// infinities, comments, a byte order mark and trailing text are errors. Errors are
// UserError(kConfig), or kInputMissing for no such file.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace topfive::base {

// file:line:column, 1-based; for a value given by --set, `file` holds the flag and line is 0.
struct SourceLocation {
  std::string file;
  int line = 0;
  int column = 0;
  std::string text() const;  // "configs/alexnet.json:7:5", or "--set model.dropout=2"
};

class ConfigDocument {
 public:
  // Parses one text; `name` stands for the file in messages. `extends` is not followed.
  static ConfigDocument parse(std::string_view text, const std::string& name);

  // Reads a file, follows `extends` (a path relative to the file that names it), then applies the
  // overrides, each "a.b.c=VALUE". VALUE is read as JSON, or taken as a string where it is not
  // valid JSON. An index selects an element of an array ("augment.train.0.probability=0.2").
  // Objects merge key by key, anything else is replaced, null removes a key (RFC 7386).
  static ConfigDocument load(const std::filesystem::path& path, const std::vector<std::string>& overrides);

  const nlohmann::ordered_json& root() const { return root_; }
  // Where a key, or the value below it, stands. `pointer` is an RFC 6901 JSON pointer
  // ("/model/dropout").
  SourceLocation key_location(const std::string& pointer) const;
  SourceLocation value_location(const std::string& pointer) const;

 private:
  struct Places {
    SourceLocation key;
    SourceLocation value;
  };
  friend class ConfigParser;

  static ConfigDocument load_chain(const std::filesystem::path& path, const std::string& named_at,
                                   std::vector<std::filesystem::path>& chain);
  std::string take_extends();
  // Merges `patch`, which stands at `from` in `other`, into the value at `at`.
  void merge(const nlohmann::ordered_json& patch, const ConfigDocument& other, const std::string& at,
             const std::string& from);
  void forget_places(const std::string& pointer);
  void copy_places(const ConfigDocument& other, const std::string& at, const std::string& from);
  void apply_override(const std::string& assignment);
  std::string make_way(const std::vector<std::string>& steps, const SourceLocation& flag);

  nlohmann::ordered_json root_;
  std::map<std::string, Places> places_;
};

}  // namespace topfive::base
