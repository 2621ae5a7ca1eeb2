#include <torch/torch.h>

#include "topfive/models/uninitialised_model.h"

#include "model_checks.h"
#include "support/catch.h"

namespace topfive::models {

TEST_CASE("a model without initial weights has the same parameters and draws no random numbers") {
  const ModelConfig config = parse_model(R"({"type": "alexnet", "variant": "torchvision", "num_classes": 10})");
  const auto expected = names_and_shapes(*build_model(config));
  torch::manual_seed(7);
  const auto before = torch::rand({4});
  torch::manual_seed(7);
  const auto model = build_uninitialised_model(config);
  CHECK(torch::equal(torch::rand({4}), before));
  CHECK(names_and_shapes(*model) == expected);
}

TEST_CASE("buffers and constant parameters of a model without initial weights are right") {
  const auto lenet = parse_model(R"({"type": "lenet5", "variant": "1998"})");
  CHECK(torch::equal(build_uninitialised_model(lenet)->buffers().back(), build_model(lenet)->buffers().back()));
  const auto small = parse_model(R"({"type": "alexnet", "variant": "small", "image_size": 28, "batch_norm": true})");
  const auto model = build_uninitialised_model(small);
  CHECK(
      torch::equal(model->named_parameters()["bn1.weight"], torch::ones_like(model->named_parameters()["bn1.weight"])));
}

TEST_CASE("random numbers are drawn as ever once the model without initial weights is built") {
  build_uninitialised_model(parse_model(R"({"type": "lenet5"})"));
  CHECK(torch::zeros({100}).uniform_(1.0, 2.0).min().item<double>() >= 1.0);
}

}  // namespace topfive::models
