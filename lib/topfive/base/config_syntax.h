// Internal to the base room: where in a text something stands, and plain words for what the JSON
// parser refuses.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace topfive::base {

// Counts lines and columns (in UTF-8 characters, both from 1) while it moves forward through a
// text.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : text_(text) {}
  // offset must not be before the present one; it is cut to the length of the text.
  void move_to(std::size_t offset);
  // Past white space, commas and colons, to the next token of a text that is valid up to there.
  void skip_to_token();
  // Past the token that begins here.
  void skip_token();

  std::size_t offset() const { return offset_; }
  int line() const { return line_; }
  int column() const { return column_; }

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
  int line_ = 1;
  int column_ = 1;
};

// What is wrong, in plain words. `reason` is the parser's own text, `found` what stands at the
// place of the error.
std::string explain_syntax_error(std::string_view reason, std::string_view found);

}  // namespace topfive::base
