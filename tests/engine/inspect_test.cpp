// What `inspect` prints, and what a weight file says about itself.
#include <fstream>
#include <regex>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"
#include "topfive/engine/inspect_checkpoint.h"
#include "topfive/engine/inspect_model.h"
#include "topfive/engine/network_diagram.h"
#include "topfive/engine/preprocessing.h"
#include "topfive/models/presets.h"
#include "topfive/weights/tensor_file.h"
#include "topfive/weights/weight_source.h"

#include "small_run.h"
#include "support/catch.h"
#include "support/source_directory.h"

namespace topfive::engine {
namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::string diagram_of(const std::string& name) {
  return network_diagram(name, models::layer_table(models::preset_config(name)));
}

// Good enough for what we write: every tag that is opened is closed, in order.
bool is_well_formed(const std::string& xml) {
  std::vector<std::string> open;
  const std::regex tag("<(/?)([a-z]+)[^<>]*?(/?)>");
  for (auto i = std::sregex_iterator(xml.begin(), xml.end(), tag); i != std::sregex_iterator(); ++i) {
    if ((*i)[3].length() > 0) continue;
    if ((*i)[1].length() == 0) {
      open.push_back((*i)[2]);
    } else if (open.empty() || open.back() != (*i)[2]) {
      return false;
    } else {
      open.pop_back();
    }
  }
  return open.empty();
}

}  // namespace

TEST_CASE("inspect model prints layers and totals", "[engine]") {
  InspectModelRequest request;
  request.model = "alexnet_2012";
  const std::string text = inspect_model(request);
  CHECK_THAT(text, StartsWith("alexnet_2012, input 3x224x224\n") &&
                       ContainsSubstring("Conv2d 5x5, 2 groups  256x27x27") && ContainsSubstring("LocalResponseNorm") &&
                       ContainsSubstring("60,965,224 parameters (232.56 MiB), 0.724 GMACs"));
}

TEST_CASE("inspect model gives JSON with parameters, macs and layers", "[engine]") {
  InspectModelRequest request;
  request.model = "resnet50";
  request.json = true;
  const auto json = nlohmann::json::parse(inspect_model(request));
  CHECK(json["parameters"] == 25'557'032);
  CHECK(json["macs"].get<double>() == Approx(4.089e9).epsilon(0.0005));
  std::int64_t sum = 0;
  for (const auto& layer : json["layers"]) sum += layer["macs"].get<std::int64_t>();
  CHECK(sum == json["macs"].get<std::int64_t>());
  CHECK(json["layers"][0]["name"] == "conv1");
  CHECK(json["layers"][0]["output_shape"] == nlohmann::json({64, 112, 112}));
}

TEST_CASE("networks are compared side by side, and small filters with large ones", "[engine]") {
  InspectModelRequest request;
  request.compare = {"vgg16", "googlenet", "resnet50"};
  const std::string text = inspect_model(request);
  CHECK_THAT(text, ContainsSubstring("vgg16      138,357,544  1.00x  15.470  1.00x") &&
                       ContainsSubstring("resnet50    25,557,032  0.18x   4.089  0.26x") &&
                       ContainsSubstring("two 3x3 for one 5x5: 18 C^2 weights for 25 C^2, 28 % fewer"));
}

TEST_CASE("inspect model alone lists every preset", "[engine]") {
  const std::string text = inspect_model({});
  for (const auto& preset : models::presets()) CHECK_THAT(text, ContainsSubstring(std::string(preset.name) + " "));
}

TEST_CASE("a shipped config stands for its network", "[engine]") {
  InspectModelRequest request;
  request.model = (tests::source_directory() / "configs/fashion_mnist.json").string();
  CHECK_THAT(inspect_model(request), ContainsSubstring("input 1x28x28"));
}

TEST_CASE("diagrams are well-formed and stay small for deep networks", "[engine]") {
  const auto name =
      GENERATE(as<std::string>(), "lenet5", "alexnet_2012", "vgg19_bn", "googlenet", "resnet152", "vit_h14");
  const std::string svg = diagram_of(name);
  INFO(name);
  CHECK(is_well_formed(svg));
  CHECK_THAT(svg, StartsWith("<svg ") && ContainsSubstring(">" + name + "<"));
  CHECK(svg.size() < 40'000);
  CHECK(count_of(svg, "class=\"name\"") <= 40);
}

TEST_CASE("equal neighbours are drawn once with their count", "[engine]") {
  CHECK_THAT(diagram_of("vit_b16"), ContainsSubstring("  x12<"));
  CHECK_THAT(diagram_of("resnet152"), ContainsSubstring("  x35<"));
}

TEST_CASE("a checkpoint's weights say which network they are for and what their pictures go through", "[engine]") {
  const tests::TemporaryDirectory scratch;
  const auto config = tests::small_config(R"({"train": {"num_epochs": 1}})");
  tests::SmallRun run(config, scratch.path() / "run");
  run.trainer().run();
  const auto file = scratch.path() / "run/checkpoints/last/model.safetensors";
  const WeightFacts facts = read_weight_facts(weights::open_weights(file)->metadata(), file.string());
  REQUIRE(facts.model);
  CHECK(models::model_alternatives().dump(*facts.model) == models::model_alternatives().dump(config.model));
  REQUIRE(facts.preprocessing);
  CHECK(facts.preprocessing->mean == config.data.mean);
  CHECK(facts.preprocessing->transforms.size() == config.augment.eval.size());
  CHECK(facts.class_names.size() == 4);

  InspectCheckpointRequest request;
  request.path = scratch.path() / "run";
  request.json = true;
  request.tensors = true;
  const auto json = nlohmann::json::parse(inspect_checkpoint(request));
  CHECK(json["checkpoint"]["verified"] == true);
  CHECK(json["model"]["type"] == "lenet5");
  CHECK(json["tensors"].size() == json["weights"]["tensors"].get<std::size_t>());
  CHECK(json["tensors"][0]["not_finite"] == 0);
  request.json = false;
  CHECK_THAT(inspect_checkpoint(request), ContainsSubstring("verified") && ContainsSubstring("safetensors"));
}

TEST_CASE("weights of torch.save are written as safetensors, a vision transformer's under timm's names", "[engine]") {
  const tests::TemporaryDirectory scratch;
  InspectCheckpointRequest request;
  request.path = tests::golden_path("nested.pth");
  request.write = scratch / "nested.safetensors";
  inspect_checkpoint(request);
  const auto written = weights::load_tensors(request.write).tensors;
  REQUIRE(written.size() == 4);
  CHECK(written[0].first == "conv.weight");
  CHECK(written[0].second.sizes() == torch::IntArrayRef({2, 1, 3, 3}));
  CHECK_THROWS_AS(inspect_checkpoint(request), base::UserError);  // never over a file that is there

  request.path = scratch / "vit.safetensors";
  weights::save_tensors(request.path, {{"encoder.layers.encoder_layer_3.ln_1.weight", torch::ones({2})}});
  request.write = scratch / "timm.safetensors";
  request.timm_names = true;
  inspect_checkpoint(request);
  CHECK(weights::load_tensors(request.write).tensors[0].first == "blocks.3.norm1.weight");
}

TEST_CASE("metadata that cannot be is bad data with its place", "[engine]") {
  const auto [key, value, words] = GENERATE(table<std::string, std::string, std::string>({
      {"topfive.preprocessing", "{", "metadata topfive.preprocessing"},
      {"topfive.preprocessing", R"({"transforms": [], "std": [0]})", "std"},
      {"topfive.preprocessing", R"({"transforms": [], "mean": [1, 2]})", "one a channel"},
      {"topfive.model", R"({"type": "alexnat"})", "alexnet"},
      {"topfive.class_names", R"({"a": 1})", "not a list of texts"},
  }));
  try {
    read_weight_facts({{key, value}}, "w.safetensors");
    FAIL("no error");
  } catch (const base::UserError& error) {
    CHECK(error.code() == base::ExitCode::kBadData);
    CHECK_THAT(error.what(), StartsWith("w.safetensors") && ContainsSubstring(words));
  }
}

}  // namespace topfive::engine
