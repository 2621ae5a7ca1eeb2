// Every shipped config parses, builds its network and its pipelines, and says what it should reach.
#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "topfive/augment/pipeline.h"
#include "topfive/base/files.h"
#include "topfive/engine/recipe_table.h"
#include "topfive/engine/run_config.h"
#include "topfive/models/registry.h"
#include "topfive/models/uninitialised_model.h"

#include "small_run.h"
#include "support/catch.h"
#include "support/source_directory.h"

namespace {

namespace fs = std::filesystem;
using topfive::engine::RunConfig;

std::vector<fs::path> shipped_configs() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(topfive::tests::source_directory() / "configs")) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::optional<cv::Size> picture_size(const RunConfig& config) {
  if (config.data.type == topfive::data::DataKind::kIdx) return cv::Size(28, 28);
  if (config.data.type == topfive::data::DataKind::kCifarBinary) return cv::Size(32, 32);
  return std::nullopt;
}

// CIFAR-10 as a folder of pictures has a fixed size only by convention; center_crop in its list gives it one.
topfive::augment::Pipeline pipeline(const RunConfig& config, bool training) {
  return {training ? config.augment.train : config.augment.eval, training ? "augment.train" : "augment.eval",
          config.data.channels, picture_size(config)};
}

}  // namespace

TEST_CASE("every promised recipe is there", "[contract]") {
  std::istringstream promised(R"(
    alexnet alexnet_torchvision vgg16 vgg16_bn googlenet googlenet_bvlc
    lenet5 lenet5_fashion_mnist fashion_mnist cifar10_small resnet20_cifar resnet20_cifar_20_epochs
    resnet18 resnet34 resnet50 resnet101 resnet152
    resnet18_paper resnet34_paper resnet50_paper resnet101_paper resnet152_paper
    resnet50_torchvision_v2 resnet101_torchvision_v2 resnet152_torchvision_v2
    resnet50_ffcv_16 resnet50_ffcv_24 resnet50_ffcv_32 resnet50_ffcv_40 resnet50_ffcv_56 resnet50_ffcv_88
    resnet18_ffcv_16 resnet18_ffcv_24 resnet18_ffcv_32 resnet18_ffcv_40 resnet18_ffcv_56 resnet18_ffcv_88
    resnet50_rsb_a1 resnet50_rsb_a2 resnet50_rsb_a3 resnet18_rsb_a1 resnet18_rsb_a2 resnet18_rsb_a3
    resnet34_rsb_a1 resnet34_rsb_a3 resnet101_rsb_a1 resnet152_rsb_a1
    vit_b16_paper vit_b16_torchvision vit_b16_deit vit_b32_paper vit_b32_torchvision
    vit_s16_deit vit_s16_beyer_90 vit_s16_beyer_150 vit_s16_beyer_300)");
  for (std::string name; promised >> name;) {
    INFO(name);
    CHECK(fs::exists(topfive::tests::source_directory() / "configs" / (name + ".json")));
  }
}

TEST_CASE("every shipped config parses and survives being written out", "[contract]") {
  for (const auto& path : shipped_configs()) {
    INFO(path.filename());
    const RunConfig config = topfive::engine::load_run_config(path, {});
    const std::string text = topfive::engine::dump_run_config(config);
    CHECK(topfive::engine::dump_run_config(topfive::engine::parse_run_config(text, "again")) == text);
  }
}

TEST_CASE("every shipped config builds a network that fits its pictures", "[contract]") {
  // Networks that are alike are built and run once for each size of pictures; their weights do not matter.
  std::set<std::string> seen;
  for (const auto& path : shipped_configs()) {
    INFO(path.filename());
    const RunConfig config = topfive::engine::load_run_config(path, {});
    const cv::Size size = pipeline(config, false).output_size();
    const cv::Size train_size = pipeline(config, true).output_size();
    CHECK(train_size.width == train_size.height);
    CHECK(train_size.width <= size.width);
    const auto demanded = topfive::models::image_size(config.model);
    CHECK((!demanded || train_size.width == *demanded));
    const std::string network = topfive::models::model_alternatives().dump(config.model).dump();
    if (!seen.insert(network + std::to_string(size.width)).second) continue;
    const auto model = topfive::models::build_uninitialised_model(config.model);
    model->eval();
    const torch::NoGradGuard no_gradients;
    const auto logits = model->forward(torch::zeros({1, config.data.channels, size.height, size.width})).logits;
    CHECK(logits.size(1) == topfive::models::num_classes(config.model));
  }
}

TEST_CASE("every shipped config states what it should reach, and where that figure comes from", "[contract]") {
  for (const auto& path : shipped_configs()) {
    INFO(path.filename());
    const RunConfig config = topfive::engine::load_run_config(path, {});
    CHECK_FALSE(config.description.empty());
    CHECK_FALSE(config.expected.source.empty());
    CHECK_FALSE(config.expected.cost.empty());
    // Some sources have one of the two only.
    const bool both = config.expected.top1_error > 0 && config.expected.top5_error > 0;
    CHECK(config.expected.top1_error + config.expected.top5_error > 0);
    CHECK((!both || config.expected.top5_error < config.expected.top1_error));
  }
}

TEST_CASE("the page beside the shipped configs is made from them", "[contract]") {
  const fs::path directory = topfive::tests::source_directory() / "configs";
  const std::string page = topfive::engine::recipe_table({.directory = directory, .markdown = true});
  INFO("after a change: scripts/update_recipe_table.sh");
  CHECK(page == topfive::base::read_text_file(directory / "README.md", 1 << 20));
}

TEST_CASE("recipes are listed by network, numbers in their names by value", "[contract]") {
  const std::string table =
      topfive::engine::recipe_table({.directory = topfive::tests::source_directory() / "configs"});
  const auto at = [&](const std::string& file) { return table.find(file + " "); };
  CHECK(at("resnet18.json") < at("resnet101.json"));
  CHECK(at("vit_s16_beyer_90.json") < at("vit_s16_beyer_150.json"));
  CHECK(at("alexnet.json") < at("googlenet.json"));
  CHECK(at("resnet18_ffcv_88.json") < at("resnet50.json"));
}
