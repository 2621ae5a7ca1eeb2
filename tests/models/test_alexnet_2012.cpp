#include <torch/torch.h>

#include "topfive/models/parameter_count.h"

#include "model_checks.h"
#include "support/catch.h"

namespace topfive::models {

TEST_CASE("AlexNet 2012 has the paper's layers, names and 60,965,224 parameters") {
  const auto model = build_model(AlexNetConfig{});
  const std::vector<NameAndShape> expected = {{"conv1.weight", {96, 3, 11, 11}},  {"conv1.bias", {96}},
                                              {"conv2.weight", {256, 48, 5, 5}},  {"conv2.bias", {256}},
                                              {"conv3.weight", {384, 256, 3, 3}}, {"conv3.bias", {384}},
                                              {"conv4.weight", {384, 192, 3, 3}}, {"conv4.bias", {384}},
                                              {"conv5.weight", {256, 192, 3, 3}}, {"conv5.bias", {256}},
                                              {"fc6.weight", {4096, 9216}},       {"fc6.bias", {4096}},
                                              {"fc7.weight", {4096, 4096}},       {"fc7.bias", {4096}},
                                              {"fc8.weight", {1000, 4096}},       {"fc8.bias", {1000}}};
  CHECK(names_and_shapes(*model) == expected);
  CHECK(parameter_count(*model) == 60'965'224);

  const std::vector<std::int64_t> per_layer = {34'944,  307'456,    885'120,    663'936,
                                               442'624, 37'752'832, 16'781'312, 4'097'000};
  std::vector<std::int64_t> counted;
  for (const auto& child : model->children()) {
    if (!child->parameters().empty()) counted.push_back(parameter_count(*child));
  }
  CHECK(counted == per_layer);
}

TEST_CASE("the two columns of AlexNet 2012 meet in conv3 and in no other convolution") {
  AlexNetConfig config;
  config.image_size = 67;
  config.num_classes = 10;
  config.dropout = 0.0;
  const auto model = build_model(config);
  model->eval();
  auto parameters = model->named_parameters();
  const torch::NoGradGuard no_grad;
  const auto images = torch::randn({1, 3, 67, 67});
  // With conv3 deaf to the second column, nothing that conv1 and conv2 compute there can reach the output.
  parameters["conv3.weight"].slice(1, 128, 256).zero_();
  const auto before = model->forward(images).logits;
  parameters["conv1.weight"].slice(0, 48, 96).mul_(-7.0);
  parameters["conv2.weight"].slice(0, 128, 256).mul_(-7.0);
  CHECK(torch::equal(model->forward(images).logits, before));
  parameters["conv1.weight"].slice(0, 0, 48).mul_(-7.0);
  CHECK_FALSE(torch::equal(model->forward(images).logits, before));
}

TEST_CASE("the last filter runs onto zeros on the right and the bottom, and on no other side") {
  // All four sizes give 55 filter positions, so one set of weights fits the four networks.
  const int size = GENERATE(224, 225, 226);
  AlexNetConfig config;
  config.num_classes = 3;
  config.image_size = 227;
  const auto whole = build_model(config);
  config.image_size = size;
  const auto cut = build_model(config);
  whole->eval();
  cut->eval();
  const torch::NoGradGuard no_grad;
  for (auto& item : cut->named_parameters()) {
    item.value().copy_(whole->named_parameters()[item.key()]);
  }
  const auto images = torch::randn({1, 3, size, size});
  const auto padded = torch::constant_pad_nd(images, {0, 227 - size, 0, 227 - size});
  CHECK(torch::equal(cut->forward(images).logits, whole->forward(padded).logits));
}

TEST_CASE("every form of AlexNet 2012 runs forward and backward") {
  const auto lrn = GENERATE(LrnForm::kPaper, LrnForm::kCode2012, LrnForm::kCaffe, LrnForm::kNone);
  const bool overlapping = GENERATE(true, false);
  torch::manual_seed(1);
  AlexNetConfig config;
  config.image_size = 99;
  config.num_classes = 7;
  config.lrn = lrn;
  config.overlapping_pooling = overlapping;
  config.init = AlexNetInit::kHe;  // Of all forms of initial weights it lets the gradient pass best.
  const auto model = build_model(config);
  const auto prediction = model->forward(torch::randn({2, 3, 99, 99}));
  CHECK(prediction.logits.sizes() == torch::IntArrayRef({2, 7}));
  CHECK(prediction.auxiliary_logits.empty());
  prediction.logits.square().sum().backward();
  CHECK(every_parameter_learns(*model));
}

TEST_CASE("AlexNet 2012 without overlap keeps 6 x 6 features at 224 pixels") {
  AlexNetConfig config;
  config.overlapping_pooling = false;
  config.num_classes = 2;
  const auto model = build_model(config);
  CHECK(model->named_parameters()["fc6.weight"].size(1) == 9216);
  model->eval();
  const torch::NoGradGuard no_grad;
  CHECK(model->forward(torch::zeros({1, 3, 224, 224})).logits.sizes() == torch::IntArrayRef({1, 2}));
}

TEST_CASE("pictures of a size that the network was not built for are refused") {
  AlexNetConfig config;
  config.image_size = 67;
  const auto model = build_model(config);
  CHECK_THROWS_WITH(model->forward(torch::zeros({1, 3, 68, 68})), ContainsSubstring("67 pixels"));
}

TEST_CASE("dropout acts in training and not in evaluation") {
  AlexNetConfig config;
  config.image_size = 67;
  config.num_classes = 5;
  const auto model = build_model(config);
  const torch::NoGradGuard no_grad;
  const auto images = torch::randn({2, 3, 67, 67});
  CHECK_FALSE(torch::equal(model->forward(images).logits, model->forward(images).logits));
  model->eval();
  CHECK(torch::equal(model->forward(images).logits, model->forward(images).logits));
}

}  // namespace topfive::models
