#include "topfive/base/config_fields.h"

#include "topfive/base/random_stream.h"

#include "base/error_of.h"
#include "base/sample_config.h"
#include "support/catch.h"

using namespace topfive::base;
using namespace topfive::tests;

namespace {

const std::string kModel = "{\n \"model\": {\"type\": \"alexnet\"},\n ";

struct Row {
  std::string text;
  std::string expected;  // after "x.json:"
};

void check_error(const Row& row) {
  CAPTURE(row.text);
  const auto error = error_of([&] { parse_run(row.text); });
  CHECK(error.code == ExitCode::kConfig);
  CHECK(error.text == "x.json:" + row.expected);
}

// The same row with `rest` on line 3, behind a valid model.
void check_third_line(const Row& row) { check_error({kModel + row.text + "}", row.expected}); }

RunConfig random_run(RandomStream& random) {
  RunConfig run;
  run.description = "text \"" + std::to_string(random.next_u32()) + "\" \xC3\xA4\n";
  if (random.below(2) == 0) {
    run.model = VggConfig{16, random.below(2) == 0};
  } else {
    run.model = AlexNetConfig{"v", static_cast<int>(1 + random.below(1000)), random.uniform()};
  }
  run.train.seed = random.next_u32();
  run.train.max_steps = static_cast<std::int64_t>(random.below(std::uint64_t{1} << 63U));
  run.train.epochs = static_cast<int>(random.next_u32());
  run.train.precision = random.below(2) == 0 ? Precision::kFloat32 : Precision::kBfloat16;
  run.train.mean.assign(random.below(4), random.uniform(-1, 1));
  run.train.sizes.assign(random.below(4), static_cast<int>(1 + random.below(500)));
  for (std::uint64_t i = random.below(4); i > 0; --i) {
    run.schedules.push_back(StepConfig{static_cast<int>(1 + random.below(9)), static_cast<float>(random.uniform())});
    run.schedules.push_back(CosineConfig{random.uniform(0, 1e-300)});
  }
  return run;
}

}  // namespace

TEST_CASE("a complete text fills the structs") {
  const RunConfig run = parse_run(kValidRun);
  CHECK(run.description == "AlexNet \xC3\xA4 la 2012 with \"quotes\", commas: and {braces}");
  CHECK(run.model == ModelConfig(AlexNetConfig{"two_columns", 10, 0.25}));
  CHECK(run.train == TrainConfig{42, 100000, 5, Precision::kBfloat16, {0.5, 0.1, -0.25}, {8, 4}});
  CHECK(run.schedules == std::vector<ScheduleConfig>{StepConfig{2, 0.5F}, CosineConfig{}});
  CHECK(run.schedule == ScheduleConfig(CosineConfig{0.001}));
}

TEST_CASE("what the text leaves out keeps its default") {
  RunConfig expected;
  expected.model = AlexNetConfig{};
  CHECK(parse_run(R"({"model": {"type": "alexnet"}})") == expected);
}

TEST_CASE("unknown keys are refused with the nearest known one") {
  check_error({"{\n  \"model\": {\n    \"type\": \"alexnet\",\n    \"dropuot\": 0.5\n  }\n}",
               "4:5: model.dropuot: unknown key; did you mean \"dropout\"? (known: type, variant, num_classes, "
               "dropout)"});
  check_error({"{\"modle\": {}}",
               "1:2: modle: unknown key; did you mean \"model\"? (known: description, model, train, schedules, "
               "schedule)"});
  check_third_line({"\"train\": {\"foo\": 1}",
                    "3:12: train.foo: unknown key (known: seed, max_steps, epochs, precision, mean, sizes)"});
  check_third_line({"\"schedules\": [{\"type\": \"cosine\"}, {\"type\": \"cosine\", \"factor\": 1}]",
                    "3:55: schedules[1].factor: unknown key (known: type, final_rate)"});
}

TEST_CASE("a wrong type is named with the value that was found") {
  check_error({"{\"model\": {\"type\": \"alexnet\", \"dropout\": \"half\"}}",
               "1:42: model.dropout: expected a number, got the string \"half\""});
  check_third_line(GENERATE(values<Row>({
      {"\"train\": 3", "3:11: train: expected an object, got the number 3"},
      {"\"train\": {\"epochs\": 3.5}", "3:22: train.epochs: expected an integer, got the number 3.5"},
      {"\"train\": {\"epochs\": \"3\"}", "3:22: train.epochs: expected an integer, got the string \"3\""},
      {"\"train\": {\"mean\": {}}", "3:20: train.mean: expected a list, got an object"},
      {"\"train\": {\"mean\": [0, null]}", "3:24: train.mean[1]: expected a number, got null"},
      {"\"train\": {\"sizes\": [1, [2]]}", "3:25: train.sizes[1]: expected an integer, got a list"},
      {"\"train\": {\"precision\": 16}", "3:25: train.precision: expected one of float32, bfloat16, got 16"},
      {"\"description\": false", "3:17: description: expected a string, got false"},
      {"\"schedule\": []", "3:14: schedule: expected an object, got a list"},
      {"\"schedules\": {}", "3:15: schedules: expected a list, got an object"},
      {"\"schedules\": [\"step\"]", "3:16: schedules[0]: expected an object, got the string \"step\""},
  })));
  check_error({R"({"model": {"type": "vgg", "depth": 16, "batch_norm": 1}})",
               "1:54: model.batch_norm: expected true or false, got the number 1"});
}

TEST_CASE("a number out of range is named with the range") {
  check_third_line(GENERATE(values<Row>({
      {"\"train\": {\"seed\": -1}", "3:20: train.seed: -1 is out of range (0 to 4294967295)"},
      {"\"train\": {\"seed\": 4294967296}", "3:20: train.seed: 4294967296 is out of range (0 to 4294967295)"},
      {"\"train\": {\"max_steps\": -2}", "3:25: train.max_steps: -2 is out of range (at least -1)"},
      {"\"train\": {\"mean\": [1.5]}", "3:21: train.mean[0]: 1.5 is out of range (-1 to 1)"},
      {"\"train\": {\"epochs\": 2147483648}",
       "3:22: train.epochs: 2147483648 is too large for this field; use a smaller number"},
      {"\"train\": {\"max_steps\": 9223372036854775808}",
       "3:25: train.max_steps: 9223372036854775808 is too large; at most 9223372036854775807"},
      {"\"train\": {\"max_steps\": 1e30}",
       "3:25: train.max_steps: 1e+30 is not exact; write it with at most 18 digits and without fraction or exponent"},
      {"\"schedule\": {\"type\": \"step\", \"factor\": 1.01}",
       "3:41: schedule.factor: 1.01 is out of range (at most 1)"},
      {"\"schedule\": {\"type\": \"step\", \"factor\": -1e300}",
       "3:41: schedule.factor: -1e+300 is too large for this field; use a smaller number"},
  })));
}

TEST_CASE("whole numbers may be written with a fraction of zero or an exponent") {
  const auto epochs = [](const std::string& number) {
    return parse_run(kModel + "\"train\": {\"epochs\": " + number + "}}").train.epochs;
  };
  CHECK(epochs("3.0") == 3);
  CHECK(epochs("1e2") == 100);
  CHECK(epochs("-0") == 0);
  CHECK(epochs("-2147483648") == -2147483648);
}

TEST_CASE("bounds of integers compare exactly where doubles no longer can") {
  struct Wide {
    std::int64_t value = 0;
  };
  // 2^53 is the bound; 2^53 + 1 rounds to it as a double.
  const auto fields = Fields<Wide>("").number("value", &Wide::value, {.help = "", .max = 9007199254740992.0});
  const auto parse = [&](const std::string& number) {
    const auto document = ConfigDocument::parse("{\"value\": " + number + "}", "x.json");
    return fields.parse(ConfigNode(document)).value;
  };
  CHECK(parse("9007199254740992") == 9007199254740992);
  CHECK(error_of([&] { parse("9007199254740993"); }).text ==
        "x.json:1:11: value: 9007199254740993 is out of range (at most 9007199254740992)");
  CHECK(parse("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("an unknown choice is refused with the nearest one") {
  check_third_line(GENERATE(values<Row>({
      {"\"schedule\": {\"type\": \"cosin\"}",
       "3:23: schedule.type: \"cosin\" is not one of step, cosine; did you mean \"cosine\"?"},
      {"\"train\": {\"precision\": \"int8\"}", "3:25: train.precision: \"int8\" is not one of float32, bfloat16"},
      {"\"schedule\": {}", "3:14: schedule: missing key \"type\" (one of: step, cosine)"},
  })));
}

TEST_CASE("missing required keys and broken rules point at the object") {
  check_error({"{}", "1:1: the file: missing key \"model\" (The network.)"});
  check_error({R"({"model": {"type": "vgg"}})", "1:11: model: missing key \"depth\" (Layers with weights.)"});
  check_error({R"({"model": {"type": "vgg", "depth": 12}})", "1:11: model: depth must be 11, 16 or 19"});
}

TEST_CASE("long values are cut in messages") {
  const auto error = error_of([] { parse_run(kModel + "\"train\": \"" + std::string(500, 'x') + "\"}"); });
  CHECK(error.text == "x.json:3:11: train: expected an object, got the string \"" + std::string(40, 'x') + "...\"");
}

TEST_CASE("what is dumped parses to the same structs, and dumps the same again") {
  RandomStream random(8, 0, 0);
  for (int i = 0; i < 300; ++i) {
    const RunConfig run = random_run(random);
    const std::string text = RunConfig::fields().dump(run).dump(2);
    CAPTURE(text);
    const RunConfig again = parse_run(text);
    REQUIRE(again == run);
    REQUIRE(RunConfig::fields().dump(again).dump(2) == text);
  }
}

TEST_CASE("a dump has every field in the order of the list, the tag first") {
  RunConfig run;
  CHECK(RunConfig::fields().dump(run).dump() ==
        R"({"description":"","model":{"type":"alexnet","variant":"one_weird_trick","num_classes":1000,"dropout":0.5},)"
        R"("train":{"seed":0,"max_steps":-1,"epochs":90,"precision":"float32","mean":[0.485,0.456,0.406],)"
        R"("sizes":[256,224]},"schedules":[],"schedule":{"type":"step","every_epochs":30,"factor":0.1}})");
}
