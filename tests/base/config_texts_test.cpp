#include "topfive/base/config_fields.h"

#include "support/catch.h"

using namespace topfive::base;

namespace {

struct NamesConfig {
  std::vector<std::string> names = {"fc"};
  static const Fields<NamesConfig>& fields();
};

const Fields<NamesConfig>& NamesConfig::fields() {
  static const auto kFields = Fields<NamesConfig>("Names.").texts("names", &NamesConfig::names, {.help = "Of layers."});
  return kFields;
}

NamesConfig parse_names(const std::string& json) {
  const auto document = ConfigDocument::parse(json, "test.json");
  return NamesConfig::fields().parse(ConfigNode(document));
}

using List = std::vector<std::string>;

}  // namespace

TEST_CASE("a list of texts is read, may be empty, and is written as it was") {
  CHECK(parse_names("{}").names == List{"fc"});
  CHECK(parse_names(R"({"names": []})").names.empty());
  const NamesConfig config = parse_names(R"({"names": ["conv1", "layer1.0"]})");
  CHECK(config.names == List{"conv1", "layer1.0"});
  CHECK(NamesConfig::fields().dump(config).dump() == R"({"names":["conv1","layer1.0"]})");
}

TEST_CASE("what is not a list of texts is refused where it stands") {
  const auto [json, words] = GENERATE(table<std::string, std::string>({
      {R"({"names": "fc"})", "names: expected a list"},
      {R"({"names": ["fc", 1]})", "names[1]: expected a string"},
  }));
  CHECK_THROWS_WITH(parse_names(json), ContainsSubstring(words));
}

TEST_CASE("the schema and the explanation of a list of texts say so") {
  const auto schema = NamesConfig::fields().schema().at("properties").at("names");
  CHECK(schema.at("type") == "array");
  CHECK(schema.at("items").at("type") == "string");
  CHECK(schema.at("default").dump() == R"(["fc"])");
  CHECK(NamesConfig::fields().describe()[0].type == "list");
}
