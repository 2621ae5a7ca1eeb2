#include <torch/torch.h>

#include "topfive/models/parameter_count.h"

#include "model_checks.h"
#include "support/catch.h"

namespace topfive::models {
namespace {

LeNetConfig modern(int channels, int classes) {
  LeNetConfig config;
  config.variant = LeNetVariant::kModern;
  config.input_channels = channels;
  config.num_classes = classes;
  return config;
}

}  // namespace

TEST_CASE("LeNet-5 of 1998 has the paper's layers and 60,000 trainable parameters") {
  const auto model = build_model(LeNetConfig{});
  const std::vector<NameAndShape> expected = {
      {"c1.weight", {6, 1, 5, 5}},    {"c1.bias", {6}},   {"s2.coefficient", {6}},  {"s2.bias", {6}},
      {"c3.weight", {60, 5, 5}},      {"c3.bias", {16}},  {"s4.coefficient", {16}}, {"s4.bias", {16}},
      {"c5.weight", {120, 16, 5, 5}}, {"c5.bias", {120}}, {"f6.weight", {84, 120}}, {"f6.bias", {84}}};
  CHECK(names_and_shapes(*model) == expected);
  CHECK(parameter_count(*model) == 60'000);
  const std::vector<std::int64_t> per_layer = {156, 12, 1'516, 32, 48'120, 10'164, 0};
  std::vector<std::int64_t> counted;
  for (const auto& child : model->children()) counted.push_back(parameter_count(*child));
  CHECK(counted == per_layer);
  REQUIRE(model->named_buffers().size() == 1);
  CHECK(model->named_buffers()["output.codes"].sizes() == torch::IntArrayRef({10, 84}));
}

TEST_CASE("the modern LeNet-5 has 61,706 parameters") {
  const auto model = build_model(modern(1, 10));
  const std::vector<NameAndShape> expected = {
      {"conv1.weight", {6, 1, 5, 5}}, {"conv1.bias", {6}}, {"conv2.weight", {16, 6, 5, 5}}, {"conv2.bias", {16}},
      {"fc1.weight", {120, 400}},     {"fc1.bias", {120}}, {"fc2.weight", {84, 120}},       {"fc2.bias", {84}},
      {"fc3.weight", {10, 84}},       {"fc3.bias", {10}}};
  CHECK(names_and_shapes(*model) == expected);
  CHECK(parameter_count(*model) == 61'706);
}

TEST_CASE("both forms of LeNet-5 take 28 and 32 pixels and learn in every parameter") {
  const ModelConfig config =
      GENERATE(ModelConfig(LeNetConfig{}), ModelConfig(modern(1, 10)), ModelConfig(modern(3, 4)));
  const int side = GENERATE(28, 32);
  torch::manual_seed(8);
  const auto model = build_model(config);
  const auto logits = model->forward(torch::randn({6, input_channels(config), side, side})).logits;
  CHECK(logits.sizes() == torch::IntArrayRef({6, num_classes(config)}));
  torch::cross_entropy_loss(logits, torch::tensor({0, 1, 2, 3, 0, 1})).backward();
  CHECK(every_parameter_learns(*model));
}

TEST_CASE("pictures of 28 pixels are padded with the configured background") {
  LeNetConfig config;
  config.padding_value = 0.25;
  const auto model = build_model(config);
  const torch::NoGradGuard no_grad;
  const auto inner = torch::randn({2, 1, 28, 28});
  auto outer = torch::full({2, 1, 32, 32}, 0.25);
  outer.slice(2, 2, 30).slice(3, 2, 30).copy_(inner);
  CHECK(torch::equal(model->forward(inner).logits, model->forward(outer).logits));
}

TEST_CASE("pictures of another size are refused by LeNet-5") {
  const auto model = build_model(LeNetConfig{});
  CHECK_THROWS_WITH(model->forward(torch::zeros({1, 1, 30, 30})), ContainsSubstring("28 x 28"));
}

TEST_CASE("plain descent from the paper's initial weights teaches LeNet-5 of 1998 ten simple pictures") {
  torch::manual_seed(9);
  const auto model = build_model(LeNetConfig{});
  auto images = torch::full({10, 1, 28, 28}, -0.1);
  const auto labels = torch::arange(10);
  for (std::int64_t digit = 0; digit < 10; ++digit) {  // A bar, at another place for each class.
    const std::int64_t row = 2 + 4 * (digit / 2);
    const std::int64_t column = digit % 2 == 0 ? 16 : 4;
    images[digit][0].slice(0, row, row + 6).slice(1, column, column + 8).fill_(1.175);
  }
  const auto loss_now = [&] { return torch::cross_entropy_loss(model->forward(images).logits, labels); };
  const double before = loss_now().item<double>();
  for (int step = 0; step < 60; ++step) {
    model->zero_grad();
    loss_now().backward();
    const torch::NoGradGuard no_grad;
    for (torch::Tensor& parameter : model->parameters()) parameter.sub_(parameter.grad() * 0.01);
  }
  CHECK(loss_now().item<double>() < 0.5 * before);
  CHECK(torch::equal(model->forward(images).logits.argmax(1), labels));
}

}  // namespace topfive::models
