#include "topfive/data/printable.h"

#include "support/catch.h"

using topfive::data::printable;

TEST_CASE("names stay as they are where they are printable UTF-8") {
  const std::string name =
      GENERATE("", "n01440764_18.JPEG", "a b\\c\"d", "caf\xC3\xA9", "\xE7\x8C\xAB", "\xF0\x9F\x90\x88", "\xC2\xA0");
  CHECK(printable(name) == name);
}

TEST_CASE("control characters and broken UTF-8 are shown as bytes") {
  const auto [raw, shown] = GENERATE(table<std::string, std::string>({
      {"a\nb", "a\\x0ab"},
      {"\x1B[31m", "\\x1b[31m"},
      {"\x7F", "\\x7f"},
      {"\xC2\x85", "\\xc2\\x85"},                    // U+0085, a C1 control
      {"\xFF.jpg", "\\xff.jpg"},                     // no lead byte
      {"\xC0\xAF", "\\xc0\\xaf"},                    // overlong '/'
      {"\xE0\x80\xAF", "\\xe0\\x80\\xaf"},           // overlong, three bytes
      {"\xED\xA0\x80", "\\xed\\xa0\\x80"},           // surrogate
      {"\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // above U+10FFFF
      {"\xE7\x8C", "\\xe7\\x8c"},                    // cut off
      {"\xE7x\xAB", "\\xe7x\\xab"},                  // continuation missing
  }));
  CHECK(printable(raw) == shown);
}
