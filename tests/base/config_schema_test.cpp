#include <algorithm>

#include "base/sample_config.h"
#include "support/catch.h"

using namespace topfive::base;
using namespace topfive::tests;
using Json = nlohmann::ordered_json;

namespace {

std::vector<std::string> names_of(const std::vector<FieldInfo>& infos) {
  std::vector<std::string> names;
  for (const FieldInfo& info : infos) names.push_back(info.name);
  return names;
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

}  // namespace

TEST_CASE("the schema of a flat struct says types, ranges, choices and defaults") {
  CHECK(TrainConfig::fields().schema() == Json::parse(R"({
    "type": "object", "description": "How long and how.",
    "properties": {
      "seed": {"type": "integer", "minimum": 0, "maximum": 4294967295, "description": "Of all streams.", "default": 0},
      "max_steps": {"type": "integer", "minimum": -1, "description": "-1 for no limit.", "default": -1},
      "epochs": {"type": "integer", "description": "Passes over the data.", "default": 90},
      "precision": {"enum": ["float32", "bfloat16"], "description": "Of the products.", "default": "float32"},
      "mean": {"type": "array", "items": {"type": "number", "minimum": -1, "maximum": 1},
               "description": "Of each channel.", "default": [0.485, 0.456, 0.406]},
      "sizes": {"type": "array", "items": {"type": "integer", "minimum": 1},
                "description": "In pixels.", "default": [256, 224]}
    },
    "additionalProperties": false})"));
}

TEST_CASE("a tagged place is one of several objects, each with its tag required") {
  const Json model = RunConfig::fields().schema().at("properties").at("model");
  CHECK(model.at("description") == "The network.");
  CHECK_FALSE(model.contains("default"));
  REQUIRE(model.at("oneOf").size() == 2);
  CHECK(model.at("oneOf").at(1) == Json::parse(R"({
    "type": "object", "description": "The networks of 2014.",
    "properties": {
      "type": {"const": "vgg"},
      "depth": {"type": "integer", "description": "Layers with weights."},
      "batch_norm": {"type": "boolean", "description": "Normalise each layer.", "default": false}
    },
    "required": ["type", "depth"],
    "additionalProperties": false})"));
}

TEST_CASE("the schema of the whole has the required keys and the nested objects") {
  const Json schema = RunConfig::fields().schema();
  CHECK(schema.at("required") == Json::parse(R"(["model"])"));
  CHECK(schema.at("additionalProperties") == false);
  CHECK(schema.at("properties").at("train").at("properties") == TrainConfig::fields().schema_properties());
  const Json& schedules = schema.at("properties").at("schedules");
  CHECK(schedules.at("type") == "array");
  CHECK(schedules.at("items").at("oneOf") == schema.at("properties").at("schedule").at("oneOf"));
}

TEST_CASE("schema, dump and description name the same fields") {
  CHECK(keys_of(RunConfig::fields().schema_properties()) == names_of(RunConfig::fields().describe()));
  CHECK(keys_of(RunConfig::fields().dump({})) == names_of(RunConfig::fields().describe()));
  CHECK(keys_of(TrainConfig::fields().schema_properties()) == names_of(TrainConfig::fields().describe()));
  CHECK(keys_of(TrainConfig::fields().dump({})) == names_of(TrainConfig::fields().describe()));
}

TEST_CASE("a description tells all that is known about a field") {
  const auto infos = AlexNetConfig::fields().describe();
  REQUIRE(names_of(infos) == std::vector<std::string>{"variant", "num_classes", "dropout"});
  CHECK(infos[0].type == "string");
  CHECK(infos[0].allowed.empty());
  CHECK(infos[0].default_value == "\"one_weird_trick\"");
  CHECK(infos[1].type == "integer");
  CHECK(infos[1].allowed == "1 to 100000");
  CHECK(infos[2].type == "number");
  CHECK(infos[2].help == "Share of activations set to zero.");
  CHECK(infos[2].default_value == "0.5");
  CHECK(infos[2].paper == "0.5, section 4.2");
}

TEST_CASE("descriptions go down into objects, alternatives and lists") {
  const auto infos = RunConfig::fields().describe();
  CHECK(infos[1].default_value.empty());
  CHECK(names_of(infos[1].children) == std::vector<std::string>{"alexnet", "vgg"});
  CHECK(names_of(infos[1].children[1].children) == std::vector<std::string>{"depth", "batch_norm"});
  CHECK(infos[2].help == "How long and how.");
  CHECK(infos[2].children[3].allowed == "float32, bfloat16");
  CHECK(infos[2].children[3].type == "choice");
  CHECK(infos[3].type == "list");
  CHECK(infos[3].children[0].help == "Multiplies the rate every few epochs.");
}

TEST_CASE("the open ends of a range are said in words") {
  CHECK(detail::range_text({.help = "", .min = 0}) == "at least 0");
  CHECK(detail::range_text({.help = "", .max = 1}) == "at most 1");
  CHECK(detail::range_text({.help = "", .min = 0.0001, .max = 0.5}) == "0.0001 to 0.5");
  CHECK(detail::range_text({.help = "", .min = 1e-8, .max = 1e300}) == "1e-08 to 1e+300");
  CHECK(detail::range_text({.help = ""}).empty());
}
