#include "topfive/base/config_document.h"

#include "base/error_of.h"
#include "support/catch.h"

using namespace topfive::base;
using topfive::tests::error_of;

namespace {

struct Row {
  std::string text;
  std::string expected;  // after "x.json"
};

void check_error(const Row& row) {
  CAPTURE(row.text);
  const auto error = error_of([&] { ConfigDocument::parse(row.text, "x.json"); });
  CHECK(error.code == ExitCode::kConfig);
  CHECK(error.text == "x.json" + row.expected);
}

}  // namespace

TEST_CASE("wrong punctuation is named with what belongs there") {
  check_error(GENERATE(values<Row>({
      {"{\n  \"a\": 1\n  \"b\": 2\n}", ":3:3: expected a comma or \"}\", found a string; correct the text there"},
      {"{\"a\": [1 2]}", ":1:10: expected a comma or \"]\", found a number; correct the text there"},
      {"{\"a\" 1}", ":1:6: expected \":\" after the key, found a number; correct the text there"},
      {"{\"a\": 1,}", ":1:9: expected a key in double quotes, found \"}\"; correct the text there"},
      {"{\"a\": [1,]}", ":1:10: expected a value, found \"]\"; correct the text there"},
      {"{\"a\":,}", ":1:6: expected a value, found \",\"; correct the text there"},
      {"{,}", ":1:2: expected a key in double quotes, found \",\"; correct the text there"},
      {"{1: 2}", ":1:2: expected a key in double quotes, found a number; correct the text there"},
      {"{\"a\": [1}", ":1:9: expected a comma or \"]\", found \"}\"; correct the text there"},
      {"{}\n{}", ":2:1: expected nothing more after the end of the value, found \"{\"; correct the text there"},
      {"{} 1", ":1:4: expected nothing more after the end of the value, found a number; correct the text there"},
  })));
}

TEST_CASE("words, numbers and comments that JSON does not have are named") {
  check_error(GENERATE(values<Row>({
      {"{\"a\": True}",
       ":1:7: \"True\" is not a JSON value; write true, false, null, a number, or a string in double quotes"},
      {"{\"a\": NaN}",
       ":1:7: \"NaN\" is not a JSON value; write true, false, null, a number, or a string in double quotes"},
      {"{a: 1}", ":1:2: \"a\" is not a JSON value; write true, false, null, a number, or a string in double quotes"},
      {"{\"a\": 'b'}",
       ":1:7: \"'b'\" is not a JSON value; write true, false, null, a number, or a string in double quotes"},
      {"{\"a\": 1} // done", ":1:10: comments are not part of JSON; remove it"},
      {"{ # first\n}", ":1:3: comments are not part of JSON; remove it"},
      {"{\"a\": -x}", ":1:7: not a number as JSON writes it; write for example 0.5 or 1e-3"},
      {"{\"a\": 1.}", ":1:7: not a number as JSON writes it; write for example 0.5 or 1e-3"},
      {"{\"a\":\n 1e999}", ":2:2: the number is too large"},
      {"{\"a\": -1e999}", ":1:7: the number is too large"},
  })));
}

TEST_CASE("broken strings are named") {
  check_error(GENERATE(values<Row>({
      {"{\"a\": \"b}", ":1:7: a string has no closing double quote"},
      {"{\"a\": \"b\nc\"}", ":1:7: a line break or control character stands inside a string; write it as \\n"},
      {"{\"a\": \"\\q\"}", ":1:7: an unknown escape in a string; write \\\\ for a backslash"},
      {"{\"a\": \"\\u12\"}", ":1:7: \\u must be followed by four hexadecimal digits"},
      {"{\"a\": \"\\ud800\"}", ":1:7: a \\u escape is half of a surrogate pair; write both halves"},
      {"{\"a\": \"\\udc00\"}", ":1:7: a \\u escape is half of a surrogate pair; write both halves"},
      {"{\"a\": \"\xFF\"}", ":1:7: a byte is not valid UTF-8; save the file as UTF-8"},
      {"{\"a\": \"\xC3\"}", ":1:7: a byte is not valid UTF-8; save the file as UTF-8"},
  })));
}

TEST_CASE("a text that ends too early says what is open") {
  check_error(GENERATE(values<Row>({
      {"", ":1:1: the text is empty; a configuration is a JSON object"},
      {" \n ", ":2:2: the text is empty; a configuration is a JSON object"},
      {"{\n\"a\": [1,\n2\n", ":4:1: the text ends before the \"[\" of line 2 is closed; add what is missing"},
      {"{\n\"a\": [1]\n", ":3:1: the text ends before the \"{\" of line 1 is closed; add what is missing"},
      {"{\"a\":", ":1:6: the text ends before the \"{\" of line 1 is closed; add what is missing"},
  })));
}

TEST_CASE("duplicate keys name both places") {
  check_error(GENERATE(values<Row>({
      {"{\n  \"a\": 1,\n  \"b\": 2,\n  \"a\": 3\n}",
       ":4:3: the key \"a\" is given twice, first at x.json:2:3; remove one of them"},
      {"{\"o\": {\"\\u0061\": 1, \"a\": {}}}",
       ":1:21: the key \"a\" is given twice, first at x.json:1:8; remove one of them"},
  })));
  CHECK_NOTHROW(ConfigDocument::parse(R"({"a": {"x": 1}, "b": {"x": 1}, "x": [{"x": 1}, {"x": 1}]})", "x.json"));
}

TEST_CASE("byte order marks and NUL bytes are refused") {
  check_error(GENERATE(values<Row>({
      {"\xEF\xBB\xBF{}", ":1:1: a byte order mark; save the file as UTF-8 without one"},
      {std::string("{\n \0}", 5), ":2:2: a NUL byte; check that it is a text file"},
      {std::string("{}\0", 3), ":1:3: a NUL byte; check that it is a text file"},
  })));
}

TEST_CASE("the root must be an object") {
  const std::string text = GENERATE("[]", "1", "\"a\"", "null");
  check_error({"\n " + text, ":2:2: a configuration is a JSON object; put \"{\" and \"}\" around it"});
}
