// Internal to the base room: builds a ConfigDocument from the events of the JSON parser.
//
// The parser's events carry no positions. Because they arrive in the order of the text, a cursor
// that walks from token to token in step with them knows the place of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "topfive/base/config_document.h"
#include "topfive/base/config_syntax.h"

namespace topfive::base {

// Accepts any JSON value as the root. The text must outlive the parser.
class ConfigParser {
 public:
  ConfigParser(std::string_view text, std::string name);
  ConfigDocument run();

  // The events; the names are those that nlohmann::json demands.
  bool null() { return leaf(nullptr); }
  bool boolean(bool value) { return leaf(value); }
  bool number_integer(std::int64_t value) { return leaf(value); }
  bool number_unsigned(std::uint64_t value) { return leaf(value); }
  bool number_float(double value, const std::string& text);
  bool string(std::string& value) { return leaf(value); }
  bool binary(nlohmann::ordered_json::binary_t&) { return false; }  // not in text
  bool start_object(std::size_t) { return open(nlohmann::ordered_json::object()); }
  bool start_array(std::size_t) { return open(nlohmann::ordered_json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name);
  bool parse_error(std::size_t position, const std::string& token, const nlohmann::detail::exception& error);

 private:
  // An object or array that is not closed yet.
  struct Level {
    nlohmann::ordered_json* value;
    std::string pointer;
  };
  void refuse_what_the_parser_would_take() const;
  SourceLocation take_token();
  bool leaf(nlohmann::ordered_json value);
  bool open(nlohmann::ordered_json value);
  bool close();
  Level put(nlohmann::ordered_json value);
  std::string explain(std::size_t position, std::string_view reason);
  [[noreturn]] void fail(const SourceLocation& where, const std::string& what) const;

  std::string_view text_;
  std::string name_;
  TextCursor cursor_;
  ConfigDocument document_;
  std::vector<Level> levels_;
  std::string key_pointer_;  // of the key whose value comes next
};

}  // namespace topfive::base
