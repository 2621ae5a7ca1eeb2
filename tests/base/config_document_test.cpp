#include "topfive/base/config_document.h"

#include "base/error_of.h"
#include "base/file_directory.h"
#include "support/catch.h"

using namespace topfive::base;
using topfive::tests::error_of;

namespace {

std::string key_at(const ConfigDocument& document, const std::string& pointer) {
  return document.key_location(pointer).text();
}

std::string value_at(const ConfigDocument& document, const std::string& pointer) {
  return document.value_location(pointer).text();
}

}  // namespace

TEST_CASE("every kind of value is read as JSON means it, in the order of the text") {
  const std::string text =
      R"({"z":null,"a":true,"i":-3,"u":18446744073709551615,"f":2.5e-3,"s":"\u00e4\n","l":[1,[],{}],"o":{"k":"v"}})";
  const auto document = ConfigDocument::parse(text, "x.json");
  CHECK(document.root() == nlohmann::ordered_json::parse(text));
  CHECK(document.root().dump() == nlohmann::ordered_json::parse(text).dump());
}

TEST_CASE("keys and values are found at their line and column") {
  const auto document = ConfigDocument::parse(
      "{\n  \"a\": 1,\n  \"b\" :\n    [true, \"x,]\\\"\" , {\"c\": -2.5e1}],\n"
      "\t\"d\": {\"e\": null}, \"f\": \"\"}",
      "x.json");
  CHECK(value_at(document, "") == "x.json:1:1");
  CHECK(key_at(document, "/a") == "x.json:2:3");
  CHECK(value_at(document, "/a") == "x.json:2:8");
  CHECK(key_at(document, "/b") == "x.json:3:3");
  CHECK(value_at(document, "/b") == "x.json:4:5");
  CHECK(value_at(document, "/b/0") == "x.json:4:6");
  CHECK(value_at(document, "/b/1") == "x.json:4:12");
  CHECK(value_at(document, "/b/2") == "x.json:4:22");
  CHECK(key_at(document, "/b/2/c") == "x.json:4:23");
  CHECK(value_at(document, "/b/2/c") == "x.json:4:28");
  CHECK(key_at(document, "/d") == "x.json:5:2");
  CHECK(value_at(document, "/d/e") == "x.json:5:13");
  CHECK(key_at(document, "/f") == "x.json:5:20");
  CHECK(value_at(document, "/f") == "x.json:5:25");
}

TEST_CASE("columns count characters, not bytes") {
  const auto document = ConfigDocument::parse("{\"\xC3\xA4\xE2\x82\xAC\": 1}", "x.json");
  CHECK(value_at(document, "/\xC3\xA4\xE2\x82\xAC") == "x.json:1:8");
}

TEST_CASE("keys with slashes and tildes are told apart") {
  const auto document = ConfigDocument::parse(R"({"a/b": 1, "a": {"b": 2}, "a~b": 3})", "x.json");
  CHECK(value_at(document, "/a~1b") == "x.json:1:9");
  CHECK(value_at(document, "/a/b") == "x.json:1:23");
  CHECK(value_at(document, "/a~0b") == "x.json:1:34");
}

TEST_CASE("a place that the text does not have is that of its nearest parent") {
  const auto document = ConfigDocument::parse(R"({"a": {"b": 1}})", "x.json");
  CHECK(value_at(document, "/a/missing/deeper") == "x.json:1:7");
  CHECK(key_at(document, "/a/missing") == "x.json:1:2");
  CHECK(key_at(document, "/missing") == "x.json:1:1");
}

TEST_CASE("a file is read with its name in the places") {
  const topfive::tests::FileDirectory directory;
  const auto path = directory.write("a.json", "{\"x\": 1}\n");
  const auto document = ConfigDocument::load(path, {});
  CHECK(document.root().at("x") == 1);
  CHECK(value_at(document, "/x") == path.string() + ":1:7");
}

TEST_CASE("a missing file, a directory and a large file are refused") {
  const topfive::tests::FileDirectory directory;
  const auto missing = error_of([&] { ConfigDocument::load(directory.file("none.json"), {}); });
  CHECK(missing.code == ExitCode::kInputMissing);
  CHECK_THAT(missing.text, ContainsSubstring("none.json\": No such file or directory; check the path"));
  const auto folder = error_of([&] { ConfigDocument::load(directory.path(), {}); });
  CHECK(folder.code == ExitCode::kConfig);
  CHECK_THAT(folder.text, ContainsSubstring("it is a directory, not a regular file"));
  const auto large = directory.write("large.json", std::string((1 << 20) + 1, ' '));
  const auto too_large = error_of([&] { ConfigDocument::load(large, {}); });
  CHECK(too_large.code == ExitCode::kConfig);
  CHECK_THAT(too_large.text, ContainsSubstring("it has 1,048,577 bytes, at most 1,048,576 are accepted"));
}
