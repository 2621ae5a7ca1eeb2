#include <torch/torch.h>

#include "topfive/models/precise_batch_norm.h"

#include "models/model_checks.h"
#include "support/catch.h"

namespace topfive::models {
namespace {

using torch::Tensor;

// One norm after a convolution, whose statistics can be computed by hand, with dropout behind it.
class OneNorm : public ImageClassifier {
 public:
  OneNorm() : ImageClassifier("OneNorm") {
    conv = register_module("conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 4, 3)));
    norm = register_module("norm", BatchNorm(4));
    dropout = register_module("dropout", torch::nn::Dropout(0.5));
    unused = register_module("unused", BatchNorm(4));
  }
  Prediction forward(const Tensor& images) override {
    return {dropout->forward(norm->forward(conv->forward(images))).mean(torch::IntArrayRef{2, 3}), {}};
  }
  torch::nn::Conv2d conv{nullptr};
  BatchNorm norm{nullptr};
  torch::nn::Dropout dropout{nullptr};
  BatchNorm unused{nullptr};
};

std::vector<Tensor> three_batches() {
  return {torch::randn({4, 3, 8, 8}), torch::randn({4, 3, 8, 8}) * 2 + 1, torch::randn({2, 3, 8, 8}) - 3};
}

std::vector<Tensor> copies(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> result;
  for (const Tensor& tensor : tensors) result.push_back(tensor.detach().clone());
  return result;
}

bool equal(const std::vector<Tensor>& some, const std::vector<Tensor>& others) {
  for (std::size_t i = 0; i < some.size(); ++i) {
    if (!some[i].equal(others[i])) return false;
  }
  return some.size() == others.size();
}

}  // namespace

TEST_CASE("precise statistics are the means over the batches, and nothing else changes") {
  torch::manual_seed(1);
  OneNorm model;
  model.train();
  model.forward(torch::randn({2, 3, 8, 8}));  // the moving averages have moved
  model.unused->eval();
  const auto parameters = copies(model.parameters());
  const auto unused = copies(model.unused->buffers());
  const Tensor count = model.norm->num_batches_tracked.clone();
  const auto batches = three_batches();
  const Tensor random = [] {
    torch::manual_seed(5);
    return torch::rand({2});
  }();
  torch::manual_seed(5);

  PreciseBatchNorm pass(model);
  CHECK(pass.has_work());
  Tensor mean = torch::zeros({4}, torch::kDouble);
  Tensor variance = torch::zeros({4}, torch::kDouble);
  for (const Tensor& images : batches) {
    pass.add(images);
    const Tensor maps = model.conv->forward(images).detach().to(torch::kDouble).transpose(0, 1).flatten(1);
    mean += maps.mean(1) / 3;
    variance += maps.var(1) / 3;
  }
  pass.finish();

  CHECK(torch::allclose(model.norm->running_mean.to(torch::kDouble), mean, 1e-5, 1e-6));
  CHECK(torch::allclose(model.norm->running_var.to(torch::kDouble), variance, 1e-5, 1e-6));
  CHECK(model.norm->num_batches_tracked.equal(count));
  CHECK(model.norm->momentum == 0.1);
  CHECK(equal(copies(model.parameters()), parameters));
  CHECK(equal(copies(model.unused->buffers()), unused));
  CHECK((model.is_training() && model.norm->is_training() && model.dropout->is_training()));
  CHECK(!model.unused->is_training());
  CHECK(torch::rand({2}).equal(random));  // dropout drew nothing
}

TEST_CASE("a precise pass that is given up puts everything back") {
  torch::manual_seed(2);
  OneNorm model;
  model.forward(torch::randn({2, 3, 8, 8}));
  model.eval();
  const auto buffers = copies(model.buffers());
  {
    PreciseBatchNorm pass(model);
    pass.add(torch::randn({2, 3, 8, 8}));
  }
  CHECK(equal(copies(model.buffers()), buffers));
  CHECK((!model.is_training() && !model.norm->is_training()));
}

TEST_CASE("a precise pass runs on every network and has no work where there is no batch norm") {
  const auto resnet = build_model(parse_model(R"({"type": "resnet", "family": "cifar", "depth": 8})"));
  PreciseBatchNorm pass(*resnet);
  pass.add(torch::randn({2, 3, 16, 16}));
  pass.finish();
  CHECK(!resnet->named_buffers()["layer3.0.bn2.running_mean"].eq(0).any().item<bool>());
  const auto lenet = build_model(parse_model(R"({"type": "lenet5"})"));
  CHECK(!PreciseBatchNorm(*lenet).has_work());
}

}  // namespace topfive::models
