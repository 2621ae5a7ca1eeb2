#include "topfive/base/config_document.h"

#include "base/error_of.h"
#include "base/file_directory.h"
#include "support/catch.h"

using namespace topfive::base;
using topfive::tests::error_of;
using topfive::tests::FileDirectory;
using Json = nlohmann::ordered_json;

TEST_CASE("a file is merged over the one it extends, key by key") {
  const FileDirectory directory;
  directory.write("base.json", R"({"a": 1, "o": {"x": 1, "y": 2, "gone": 3}, "l": [1, 2, 3], "s": {"k": 1}})");
  const auto path = directory.write(
      "child.json",
      R"({"extends": "base.json", "o": {"y": 20, "z": {"n": null, "m": 1}, "gone": null}, "l": [9], "s": "text"})");
  const auto document = ConfigDocument::load(path, {});
  CHECK(document.root() == Json::parse(R"({"a":1,"o":{"x":1,"y":20,"z":{"m":1}},"l":[9],"s":"text"})"));
}

TEST_CASE("each value of a merged configuration is found in the file it came from") {
  const FileDirectory directory;
  const auto base = directory.write("base.json", "{\n\"o\": {\"x\": 1, \"y\": [1, 2]}}").string();
  const auto child =
      directory.write("child.json", "{\"extends\": \"base.json\",\n\"o\": {\n\"y\": [7]}, \"n\": {\"k\": 1}}").string();
  const auto document = ConfigDocument::load(child, {});
  CHECK(document.value_location("/o/x").text() == base + ":2:12");
  CHECK(document.value_location("/o/y").text() == child + ":3:6");
  CHECK(document.value_location("/o/y/0").text() == child + ":3:7");
  // The second element is gone, and with it its place.
  CHECK(document.value_location("/o/y/1").text() == child + ":3:6");
  CHECK(document.key_location("/o").text() == child + ":2:1");
  CHECK(document.value_location("/n/k").text() == child + ":3:23");
}

TEST_CASE("the path of an extended file is relative to the file that names it") {
  const FileDirectory directory;
  std::filesystem::create_directories(directory.file("sub"));
  directory.write("root.json", R"({"depth": 0, "root": true})");
  directory.write("sub/middle.json", R"({"extends": "../root.json", "depth": 1})");
  const auto path = directory.write("leaf.json", R"({"extends": "sub/middle.json", "leaf": true})");
  CHECK(ConfigDocument::load(path, {}).root() == Json::parse(R"({"depth":1,"root":true,"leaf":true})"));
}

TEST_CASE("a circle of files is refused") {
  const FileDirectory directory;
  const auto a = directory.write("a.json", R"({"extends": "b.json"})");
  const auto b = directory.write("b.json", "{\"extends\":\n\"./a.json\"}");
  const auto error = error_of([&] { ConfigDocument::load(a, {}); });
  CHECK(error.code == ExitCode::kConfig);
  CHECK(error.text == b.string() + ":2:1: extends: \"" + a.string() + "\" extends this file in turn; break the circle");
  const auto self = directory.write("self.json", R"({"extends": "self.json"})");
  CHECK(error_of([&] { ConfigDocument::load(self, {}); }).code == ExitCode::kConfig);
}

TEST_CASE("a chain of sixteen files is followed and one of seventeen refused") {
  const FileDirectory directory;
  directory.write("0.json", R"({"bottom": true})");
  for (int i = 1; i <= 16; ++i) {
    directory.write(std::to_string(i) + ".json", "{\"extends\": \"" + std::to_string(i - 1) + ".json\"}");
  }
  CHECK(ConfigDocument::load(directory.file("15.json"), {}).root() == Json::parse(R"({"bottom":true})"));
  const auto error = error_of([&] { ConfigDocument::load(directory.file("16.json"), {}); });
  CHECK(error.text ==
        directory.file("1.json").string() + ":1:13: extends: more than 16 files in a chain; merge some of them");
}

TEST_CASE("what extends names must be a file") {
  const FileDirectory directory;
  const auto missing = directory.write("a.json", R"({"extends": "none.json"})");
  const auto error = error_of([&] { ConfigDocument::load(missing, {}); });
  CHECK(error.code == ExitCode::kInputMissing);
  CHECK(error.text == missing.string() + ":1:13: extends: cannot read \"" + directory.file("none.json").string() +
                          "\": No such file or directory; check the path");
  const std::string value = GENERATE("1", "\"\"", "null", "[\"a.json\"]", "\"a\\u0000b\"");
  const auto wrong = directory.write("b.json", "{\"extends\": " + value + "}");
  CHECK(error_of([&] { ConfigDocument::load(wrong, {}); }).text ==
        wrong.string() + ":1:13: extends: expected the path of a file, as a string");
}

TEST_CASE("a syntax error of an extended file is reported there") {
  const FileDirectory directory;
  const auto base = directory.write("base.json", "{\n1}");
  const auto path = directory.write("a.json", R"({"extends": "base.json"})");
  CHECK_THAT(error_of([&] { ConfigDocument::load(path, {}); }).text, StartsWith(base.string() + ":2:1: "));
}
