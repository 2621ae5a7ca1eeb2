#include "base/error_of.h"
#include "base/file_directory.h"
#include "base/sample_config.h"
#include "support/catch.h"

using namespace topfive::base;
using topfive::tests::error_of;
using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kText =
    R"({"model": {"dropout": 0.5, "name": "a"}, "list": [{"p": 1}, {"p": 2}, 3], "flag": true})";

ConfigDocument load_with(const std::vector<std::string>& overrides) {
  const topfive::tests::FileDirectory directory;
  return ConfigDocument::load(directory.write("x.json", kText), overrides);
}

struct Row {
  std::string flag;
  std::string pointer;
  std::string value;  // as JSON
};

}  // namespace

TEST_CASE("an override sets one value, read as JSON or else as a string") {
  const Row row = GENERATE(values<Row>({
      {"model.dropout=0.25", "/model/dropout", "0.25"},
      {"model.name=vgg", "/model/name", "\"vgg\""},
      {"model.name=\"7\"", "/model/name", "\"7\""},
      {"model.name=", "/model/name", "\"\""},
      {"model.name=a=b.c", "/model/name", "\"a=b.c\""},
      {"flag=false", "/flag", "false"},
      {"flag=False", "/flag", "\"False\""},
      {"list.1.p=9", "/list/1/p", "9"},
      {"list.2={\"a\":[1]}", "/list/2", "{\"a\":[1]}"},
      {"list=[]", "/list", "[]"},
      {"new.deep.key=1", "/new/deep/key", "1"},
      {"model={\"dropout\":1}", "/model", "{\"dropout\":1,\"name\":\"a\"}"},
      {"model=1", "/model", "1"},
      {"model.name=1e999", "/model/name", "\"1e999\""},
  }));
  CAPTURE(row.flag);
  const auto document = load_with({row.flag});
  const Json::json_pointer pointer(row.pointer);
  CHECK(document.root().at(pointer) == Json::parse(row.value));
  auto expected = Json::parse(kText);
  expected[pointer] = Json::parse(row.value);
  CHECK(document.root() == expected);
  CHECK(document.value_location(row.pointer).text() == "--set " + row.flag);
}

TEST_CASE("overrides apply in their order, and null removes a key") {
  const auto document = load_with({"model.dropout=1", "model.dropout=2", "flag=null", "list.0={\"p\":null,\"q\":1}"});
  CHECK(document.root() == Json::parse(R"({"model":{"dropout":2,"name":"a"},"list":[{"q":1},{"p":2},3]})"));
}

TEST_CASE("only what an override set changes its place") {
  const auto document = load_with({"model.dropout=1"});
  CHECK_THAT(document.value_location("/model/name").text(), ContainsSubstring("x.json:1:36"));
  CHECK_THAT(document.key_location("/model").text(), ContainsSubstring("x.json:1:2"));
}

TEST_CASE("an override that cannot apply says why") {
  using Case = std::pair<std::string, std::string>;
  const auto [flag, reason] = GENERATE(values<Case>({
      {"model.dropout", "expected KEY=VALUE in UTF-8; write for example --set model.dropout=0.5"},
      {"a=\xFF", "expected KEY=VALUE in UTF-8; write for example --set model.dropout=0.5"},
      {"=1", "the key path is not valid; write for example --set model.dropout=0.5"},
      {"a..b=1", "the key path is not valid; write for example --set model.dropout=0.5"},
      {"model.=1", "the key path is not valid; write for example --set model.dropout=0.5"},
      {"list.3=1", "list is a list of 3 elements; \"3\" is not an index below that"},
      {"list.-1.p=1", "list is a list of 3 elements; \"-1\" is not an index below that"},
      {"list.first=1", "list is a list of 3 elements; \"first\" is not an index below that"},
      {"list.99999999999999999999=1",
       "list is a list of 3 elements; \"99999999999999999999\" is not an index below that"},
      {"model.dropout.x=1", "model.dropout has no keys, it is not an object or a list"},
      {"model.dropuot=null", "null removes a key, and there is no key \"model.dropuot\" to remove"},
      {"list.0=null", "null removes a key, and there is no key \"list.0\" to remove"},
  }));
  CAPTURE(flag);
  const auto error = error_of([flag = flag] { load_with({flag}); });
  CHECK(error.code == ExitCode::kConfig);
  CHECK(error.text == "--set " + flag + ": " + reason);
}

TEST_CASE("paths of absurd length and depth are refused") {
  std::string deep = "a";
  for (int i = 0; i < 64; ++i) deep += ".a";
  for (const std::string& path : {deep, std::string(1025, 'a')}) {
    const auto error = error_of([&] { load_with({path + "=1"}); });
    CHECK_THAT(error.text, ContainsSubstring("the key path is not valid"));
  }
}

TEST_CASE("the field list judges overrides like the text, and names the flag") {
  const topfive::tests::FileDirectory directory;
  const auto path = directory.write("x.json", topfive::tests::kValidRun);
  const auto parse_with = [&](const std::string& flag) {
    const auto document = ConfigDocument::load(path, {flag});
    return topfive::tests::RunConfig::fields().parse(ConfigNode(document));
  };
  CHECK(parse_with("train.epochs=7").train.epochs == 7);
  CHECK(error_of([&] { parse_with("model.dropuot=0.1"); }).text ==
        "--set model.dropuot=0.1: model.dropuot: unknown key; did you mean \"dropout\"? (known: type, variant, "
        "num_classes, dropout)");
  CHECK(error_of([&] { parse_with("train.seed=-1"); }).text ==
        "--set train.seed=-1: train.seed: -1 is out of range (0 to 4294967295)");
  CHECK(error_of([&] { parse_with("schedules.0.type=cosin"); }).text ==
        "--set schedules.0.type=cosin: schedules[0].type: \"cosin\" is not one of step, cosine; did you mean "
        "\"cosine\"?");
}
