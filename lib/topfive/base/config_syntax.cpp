#include "topfive/base/config_syntax.h"

#include <algorithm>
#include <array>
#include <utility>

#include "topfive/base/text.h"

namespace topfive::base {
namespace {

constexpr std::string_view kEndsNumberOrWord = " \t\r\n,:{}[]\"";

// The parser's own phrases on the left; the first that occurs decides.
constexpr auto kBadTokens = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"missing closing quote", "a string has no closing double quote"},
    {"control character", "a line break or control character stands inside a string; write it as \\n"},
    {"UTF-8", "a byte is not valid UTF-8; save the file as UTF-8"},
    {"surrogate", "a \\u escape is half of a surrogate pair; write both halves"},
    {"'\\u' must be", "\\u must be followed by four hexadecimal digits"},
    {"backslash", "an unknown escape in a string; write \\\\ for a backslash"},
    {"number overflow", "the number is too large"},
    {"invalid number", "not a number as JSON writes it; write for example 0.5 or 1e-3"},
});

constexpr auto kExpected = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"; expected '}'", "a comma or \"}\""},
    {"; expected ']'", "a comma or \"]\""},
    {"; expected string literal", "a key in double quotes"},
    {"; expected ':'", "\":\" after the key"},
    {"; expected end of input", "nothing more after the end of the value"},
});

std::string name_of(std::string_view found) {
  if (found.empty()) return "the end of the text";
  const char first = found.front();
  if (first == '"') return "a string";
  if (first == '-' || (first >= '0' && first <= '9')) return "a number";
  return in_quotes(found.substr(0, found.find_first_of(kEndsNumberOrWord, 1)), 20);
}

}  // namespace

void TextCursor::move_to(std::size_t offset) {
  const std::size_t end = std::min(offset, text_.size());
  for (; offset_ < end; ++offset_) {
    const auto byte = static_cast<unsigned char>(text_[offset_]);
    if (byte == '\n') {
      ++line_;
      column_ = 1;
    } else if ((byte & 0xc0U) != 0x80U) {
      ++column_;
    }
  }
}

void TextCursor::skip_to_token() { move_to(text_.find_first_not_of(" \t\r\n,:", offset_)); }

void TextCursor::skip_token() {
  if (offset_ >= text_.size()) return;
  std::size_t end = offset_ + 1;
  if (text_[offset_] == '"') {
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    ++end;
  } else if (kEndsNumberOrWord.find(text_[offset_]) == std::string_view::npos) {
    end = text_.find_first_of(kEndsNumberOrWord, end);
  }
  move_to(end);
}

std::string explain_syntax_error(std::string_view reason, std::string_view found) {
  for (const auto& [phrase, words] : kBadTokens) {
    if (reason.find(phrase) != std::string_view::npos) return std::string(words);
  }
  if (found.starts_with("/") || found.starts_with("#")) {
    return "comments are not part of JSON; remove it";
  }
  if (reason.find("invalid literal") != std::string_view::npos) {
    return name_of(found) + " is not a JSON value; write true, false, null, a number, or a string in double quotes";
  }
  std::string expected = "a value";
  for (const auto& [phrase, words] : kExpected) {
    if (reason.find(phrase) != std::string_view::npos) expected = words;
  }
  return "expected " + expected + ", found " + name_of(found) + "; correct the text there";
}

}  // namespace topfive::base
