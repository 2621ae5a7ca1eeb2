#include <torch/torch.h>

#include "topfive/models/parameter_count.h"

#include "model_checks.h"
#include "support/catch.h"

namespace topfive::models {
namespace {

AlexNetConfig small(int channels, int size, int classes) {
  AlexNetConfig config;
  config.variant = AlexNetVariant::kSmall;
  config.input_channels = channels;
  config.image_size = size;
  config.num_classes = classes;
  return config;
}

}  // namespace

TEST_CASE("torchvision's AlexNet has its names, shapes and 61,100,840 parameters") {
  AlexNetConfig config;
  config.variant = AlexNetVariant::kTorchvision;
  const auto model = build_model(config);
  const std::vector<NameAndShape> expected = {{"features.0.weight", {64, 3, 11, 11}},   {"features.0.bias", {64}},
                                              {"features.3.weight", {192, 64, 5, 5}},   {"features.3.bias", {192}},
                                              {"features.6.weight", {384, 192, 3, 3}},  {"features.6.bias", {384}},
                                              {"features.8.weight", {256, 384, 3, 3}},  {"features.8.bias", {256}},
                                              {"features.10.weight", {256, 256, 3, 3}}, {"features.10.bias", {256}},
                                              {"classifier.1.weight", {4096, 9216}},    {"classifier.1.bias", {4096}},
                                              {"classifier.4.weight", {4096, 4096}},    {"classifier.4.bias", {4096}},
                                              {"classifier.6.weight", {1000, 4096}},    {"classifier.6.bias", {1000}}};
  CHECK(names_and_shapes(*model) == expected);
  CHECK(parameter_count(*model) == 61'100'840);
}

TEST_CASE("torchvision's AlexNet takes any picture from 63 pixels on and learns in every parameter") {
  const int size = GENERATE(63, 96, 129);
  AlexNetConfig config;
  config.variant = AlexNetVariant::kTorchvision;
  config.num_classes = 3;
  torch::manual_seed(2);
  const auto model = build_model(config);
  const auto logits = model->forward(torch::randn({2, 3, size, size})).logits;
  CHECK(logits.sizes() == torch::IntArrayRef({2, 3}));
  logits.square().sum().backward();
  CHECK(every_parameter_learns(*model));
}

TEST_CASE("the small AlexNet has five convolutions and three linear layers under the names of 2012") {
  const auto model = build_model(small(1, 28, 10));
  const std::vector<NameAndShape> expected = {
      {"conv1.weight", {32, 1, 5, 5}},  {"conv1.bias", {32}}, {"conv2.weight", {64, 32, 3, 3}}, {"conv2.bias", {64}},
      {"conv3.weight", {96, 64, 3, 3}}, {"conv3.bias", {96}}, {"conv4.weight", {96, 96, 3, 3}}, {"conv4.bias", {96}},
      {"conv5.weight", {64, 96, 3, 3}}, {"conv5.bias", {64}}, {"fc6.weight", {512, 576}},       {"fc6.bias", {512}},
      {"fc7.weight", {512, 512}},       {"fc7.bias", {512}},  {"fc8.weight", {10, 512}},        {"fc8.bias", {10}}};
  CHECK(names_and_shapes(*model) == expected);
  CHECK(parameter_count(*model) == 776'330);
}

TEST_CASE("the small AlexNet runs on every size and channel count and learns in every parameter") {
  const int channels = GENERATE(1, 3);
  const int size = GENERATE(16, 28, 32, 64);
  const bool batch_norm = GENERATE(false, true);
  const bool overlapping = GENERATE(false, true);
  const auto lrn = GENERATE(LrnForm::kNone, LrnForm::kPaper);
  torch::manual_seed(3);
  AlexNetConfig config = small(channels, size, 10);
  config.batch_norm = batch_norm;
  config.overlapping_pooling = overlapping;
  config.lrn = lrn;
  const auto model = build_model(config);
  const auto logits = model->forward(torch::randn({4, channels, size, size})).logits;
  CHECK(logits.sizes() == torch::IntArrayRef({4, 10}));
  torch::cross_entropy_loss(logits, torch::tensor({1, 2, 3, 4})).backward();
  for (const auto& item : model->named_parameters()) {
    CAPTURE(item.key());
    CHECK(item.value().grad().defined());
    CHECK(item.value().grad().isfinite().all().item<bool>());
    // Before batch normalisation a bias only shifts what the normalisation takes away.
    const bool cancelled = batch_norm && item.key().starts_with("conv") && item.key().ends_with("bias");
    if (!cancelled) CHECK(item.value().grad().abs().sum().item<double>() > 0.0);
  }
}

TEST_CASE("batch normalisation adds its parameters under bn1 to bn5") {
  AlexNetConfig config = small(3, 32, 10);
  config.batch_norm = true;
  const auto model = build_model(config);
  const auto parameters = model->named_parameters();
  for (const std::string name : {"bn1.weight", "bn3.bias", "bn5.weight"}) CHECK(parameters.contains(name));
  CHECK(model->named_buffers().contains("bn5.running_var"));
}

}  // namespace topfive::models
