// Every shipped config parses, builds its network and its pipelines, and says what it should reach.
#include <algorithm>
#include <filesystem>

#include "topfive/augment/pipeline.h"
#include "topfive/engine/run_config.h"
#include "topfive/models/registry.h"

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

TEST_CASE("there are shipped configs, alexnet.json among them", "[contract]") {
  const auto paths = shipped_configs();
  CHECK(paths.size() >= 5);
  CHECK(std::any_of(paths.begin(), paths.end(), [](const auto& path) { return path.filename() == "alexnet.json"; }));
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
  for (const auto& path : shipped_configs()) {
    INFO(path.filename());
    const RunConfig config = topfive::engine::load_run_config(path, {});
    const auto model = topfive::engine::make_model(config, torch::kCPU);
    model->eval();
    const cv::Size size = pipeline(config, false).output_size();
    CHECK(pipeline(config, true).output_size() == size);
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
    CHECK(config.expected.top1_error > 0);
    CHECK(config.expected.top5_error < config.expected.top1_error);
  }
}
