// Weights that go to Python's torch and come back.

#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include "topfive/models/registry.h"
#include "topfive/weights/load_weights.h"
#include "topfive/weights/module_tensors.h"
#include "topfive/weights/tensor_file.h"

#include "models/golden_weights.h"
#include "support/catch.h"
#include "support/python.h"
#include "support/skip.h"
#include "support/source_directory.h"
#include "support/temporary_directory.h"

namespace topfive::weights {
namespace {

std::shared_ptr<models::ImageClassifier> small_torchvision_alexnet() {
  models::AlexNetConfig config;
  config.variant = models::AlexNetVariant::kTorchvision;
  config.num_classes = 10;
  return models::build_model(config);
}

}  // namespace

TEST_CASE("weights written here load strictly in Python's torch, and what Python saves loads here") {
  const std::string python = tests::python_with("torch");
  if (python.empty()) {
    tests::report_skip("no Python with torch; scripts/setup.sh installs one");
    return;
  }
  const tests::TemporaryDirectory directory;
  const auto model = small_torchvision_alexnet();
  models::fill_with_golden_weights(*model);
  save_tensors(directory / "topfive.safetensors", module_tensors(*model));
  const auto result = tests::run_command(python + " '" + tests::golden_path("exchange_weights.py").string() + "' '" +
                                         directory.path().string() + "' 2>&1 | tail -n 1");
  INFO(result.out);
  REQUIRE(result.out.starts_with("["));
  const auto logits = nlohmann::json::parse(result.out).get<std::vector<float>>();
  const torch::NoGradGuard no_grad;
  model->eval();
  const auto own = model->forward(models::golden_pictures(1, 3, 96)).logits[0];
  CHECK(torch::allclose(own, torch::tensor(logits), 1e-4, 1e-4));

  for (const std::string name : {"zip.pth", "legacy.pth", "nested.pth"}) {
    INFO(name);
    const auto copy = small_torchvision_alexnet();
    CHECK(load_weights(*copy, *open_weights(directory / name), LoadPolicy::kStrict, name).complete());
    copy->eval();
    CHECK(torch::equal(copy->forward(models::golden_pictures(1, 3, 96)).logits[0], own));
  }
}

}  // namespace topfive::weights
