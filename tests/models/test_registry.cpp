#include <torch/torch.h>

#include "topfive/base/error.h"
#include "topfive/models/channels_last.h"
#include "topfive/models/parameter_count.h"

#include "model_checks.h"
#include "support/catch.h"

namespace topfive::models {

TEST_CASE("a model is chosen by its type and carries its settings") {
  const auto config = parse_model(R"({"type": "alexnet", "variant": "small", "num_classes": 12, "input_channels": 1,
                                      "image_size": 28, "dropout": 0.25, "lrn": "caffe", "init": "torch_default",
                                      "overlapping_pooling": false, "batch_norm": true})");
  const auto& alexnet = std::get<AlexNetConfig>(config);
  CHECK(alexnet.variant == AlexNetVariant::kSmall);
  CHECK(alexnet.dropout == 0.25);
  CHECK(alexnet.lrn == LrnForm::kCaffe);
  CHECK(alexnet.init == AlexNetInit::kTorchDefault);
  CHECK_FALSE(alexnet.overlapping_pooling);
  CHECK(alexnet.batch_norm);
  CHECK(num_classes(config) == 12);
  CHECK(input_channels(config) == 1);
  CHECK(image_size(config) == 28);
  CHECK(model_alternatives().names() ==
        std::vector<std::string>{"alexnet", "lenet5", "vgg", "googlenet", "resnet", "vit"});
}

TEST_CASE("the defaults are the paper's networks") {
  const auto alexnet = parse_model(R"({"type": "alexnet"})");
  CHECK(std::get<AlexNetConfig>(alexnet).variant == AlexNetVariant::k2012);
  CHECK(image_size(alexnet) == 224);
  const auto lenet = parse_model(R"({"type": "lenet5"})");
  CHECK(std::get<LeNetConfig>(lenet).variant == LeNetVariant::k1998);
  CHECK(num_classes(lenet) == 10);
  CHECK(image_size(lenet) == 28);
  CHECK(image_size(parse_model(R"({"type": "alexnet", "variant": "torchvision"})")) == std::nullopt);
}

TEST_CASE("a dumped configuration is parsed to the same") {
  const std::string text =
      GENERATE(as<std::string>{}, R"({"type": "alexnet", "variant": "torchvision", "dropout": 0.1})",
               R"({"type": "lenet5", "variant": "modern", "num_classes": 3})");
  const auto dumped = model_alternatives().dump(parse_model(text));
  CHECK(model_alternatives().dump(parse_model(dumped.dump())) == dumped);
}

TEST_CASE("settings that contradict each other are refused with the reason") {
  const auto [text, words] = GENERATE(table<std::string, std::string>({
      {R"({"type": "alexnet", "variant": "torchvision", "lrn": "paper"})", "no response normalisation"},
      {R"({"type": "alexnet", "variant": "torchvision", "overlapping_pooling": false})", "overlapping_pooling"},
      {R"({"type": "alexnet", "batch_norm": true})", "variant small only"},
      {R"({"type": "alexnet", "image_size": 32})", "63 or more"},
      {R"({"type": "alexnet", "variant": "small"})", "16 to 64"},
      {R"({"type": "alexnet", "dropuot": 0.5})", "dropout"},
      {R"({"type": "lenet5", "num_classes": 26})", "num_classes must be 10"},
      {R"({"type": "lenet5", "input_channels": 3})", "input_channels must be 1"},
  }));
  CHECK_THROWS_WITH(parse_model(text), ContainsSubstring(words));
}

TEST_CASE("channels-last changes the memory and neither the values nor the tensors' identity") {
  torch::manual_seed(4);
  const auto model = build_model(parse_model(R"({"type": "alexnet", "variant": "small", "image_size": 32})"));
  model->eval();
  const auto images = torch::randn({2, 3, 32, 32});
  const auto before = model->forward(images).logits;
  const auto held = model->named_parameters()["conv2.weight"];
  use_channels_last(*model);
  CHECK(held.is_contiguous(torch::MemoryFormat::ChannelsLast));
  CHECK(held.is_same(model->named_parameters()["conv2.weight"]));
  CHECK(held.requires_grad());
  const auto after = model->forward(images.contiguous(torch::MemoryFormat::ChannelsLast)).logits;
  CHECK(torch::allclose(before, after, 1e-4, 1e-5));
}

TEST_CASE("frozen parameters do not count as trainable") {
  const auto model = build_model(LeNetConfig{});
  model->named_parameters()["f6.weight"].set_requires_grad(false);
  CHECK(parameter_count(*model) == 60'000 - 84 * 120);
}

}  // namespace topfive::models
