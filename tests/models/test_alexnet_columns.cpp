#include <torch/torch.h>

#include "topfive/models/alexnet_columns.h"
#include "topfive/models/parameter_count.h"

#include "golden_weights.h"
#include "model_checks.h"
#include "support/catch.h"

namespace topfive::models {
namespace {

// Smaller than 224 pixels, for speed; every layer is there.
std::string alexnet_json(const std::string& placement, const std::string& more) {
  return R"({"type": "alexnet", "image_size": 67, "num_classes": 10, "dropout": 0, "init": "caffe", "placement": ")" +
         placement + '"' + more + "}";
}

double largest_relative_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>() / b.abs().max().item<double>();
}

}  // namespace

TEST_CASE("two columns on two devices give the outputs and gradients of the grouped form") {
  const std::string more = GENERATE(as<std::string>(), "", R"(, "lrn": "code_2012")", R"(, "lrn": "none")",
                                    R"(, "overlapping_pooling": false)");
  const auto grouped = build_model(parse_model(alexnet_json("one_device", more)));
  const auto model = build_model(parse_model(alexnet_json("two_columns", more)));
  auto& columns = dynamic_cast<AlexNetTwoColumns&>(*model);
  columns.place(torch::Device("cpu"), torch::Device("cpu"));
  fill_with_golden_weights(*grouped);
  columns.load_grouped(*grouped);
  const auto images = golden_pictures(3, 3, 67);
  const auto labels = torch::tensor({1, 4, 9});
  const auto expected = grouped->forward(images).logits;
  const auto logits = columns.forward(images).logits;
  CHECK(largest_relative_difference(logits, expected) < 1e-5);

  torch::cross_entropy_loss(expected, labels).backward();
  torch::cross_entropy_loss(logits, labels).backward();
  for (const auto& item : grouped->named_parameters()) {
    INFO(item.key());
    const auto parameters = columns.named_parameters();
    const bool shared = item.key().starts_with("fc8");
    const auto gradient =
        shared ? parameters[item.key()].grad()
               : torch::cat({parameters["column1." + item.key()].grad(), parameters["column2." + item.key()].grad()});
    CHECK(largest_relative_difference(gradient, item.value().grad()) < 1e-5);
  }
}

TEST_CASE("the two columns start with the weights of the grouped form and have as many parameters") {
  torch::manual_seed(3);
  const auto grouped = build_model(parse_model(alexnet_json("one_device", "")));
  torch::manual_seed(3);
  const auto model = build_model(parse_model(alexnet_json("two_columns", "")));
  CHECK(parameter_count(*model) == parameter_count(*grouped));
  const auto tensors = dynamic_cast<AlexNetTwoColumns&>(*model).grouped_tensors();
  const auto expected = grouped->named_parameters();
  CHECK(tensors.size() == expected.size());
  for (const auto& [name, tensor] : tensors) CHECK(torch::equal(tensor, expected[name]));
}

TEST_CASE("weights go from the grouped form to the columns and back") {
  const auto grouped = build_model(parse_model(alexnet_json("one_device", "")));
  const auto model = build_model(parse_model(alexnet_json("two_columns", "")));
  auto& columns = dynamic_cast<AlexNetTwoColumns&>(*model);
  columns.load_grouped(*grouped);
  for (const auto& [name, tensor] : columns.grouped_tensors()) {
    INFO(name);
    CHECK(torch::equal(tensor, grouped->named_parameters()[name]));
  }
}

TEST_CASE("what two columns cannot be is refused") {
  const auto [more, reason] = GENERATE(table<std::string, std::string>({
      {R"(, "variant": "torchvision")", "two_columns is for variant 2012 only"},
      {R"(, "lrn": "caffe")", "across both columns"},
      {R"(, "activation": "tanh")", "activation relu only"},
  }));
  CHECK_THROWS_WITH(parse_model(alexnet_json("two_columns", more)), ContainsSubstring(reason));
}

}  // namespace topfive::models
