#include <torch/torch.h>

#include "topfive/base/error.h"
#include "topfive/weights/load_into_module.h"

#include "support/catch.h"

namespace topfive::weights {
namespace {

torch::nn::Sequential small_network() {
  return torch::nn::Sequential(torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 4, 3)), torch::nn::BatchNorm2d(4),
                               torch::nn::Linear(4, 2));
}

std::string refusal(const NamedTensors& tensors) {
  auto network = small_network();
  const NamedTensors before = module_tensors(*network);
  NamedTensors copies;
  for (const auto& [name, tensor] : before) copies.emplace_back(name, tensor.clone());
  try {
    load_into_module(*network, tensors, "a.safetensors");
  } catch (const base::UserError& error) {
    // A refused load must leave the module as it was.
    for (std::size_t i = 0; i < before.size(); ++i) REQUIRE(torch::equal(before[i].second, copies[i].second));
    return error.what();
  }
  return "";
}

NamedTensors random_tensors() {
  auto network = small_network();
  NamedTensors tensors;
  for (const auto& [name, tensor] : module_tensors(*network)) {
    tensors.emplace_back(name, tensor.is_floating_point() ? torch::randn_like(tensor) : tensor + 5);
  }
  return tensors;
}

}  // namespace

TEST_CASE("a module's tensors have the names of Python's state_dict, parameters before buffers") {
  auto network = small_network();
  std::vector<std::string> names;
  for (const auto& [name, tensor] : module_tensors(*network)) names.push_back(name);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias",
                                          "1.running_mean", "1.running_var", "1.num_batches_tracked"});
}

TEST_CASE("values are copied into the module and its memory format stays") {
  auto network = small_network();
  auto weight = network->named_parameters()["0.weight"];
  weight.set_data(weight.contiguous(torch::MemoryFormat::ChannelsLast));
  NamedTensors tensors = random_tensors();
  tensors[0].second = tensors[0].second.to(torch::kFloat64);  // Another width of float is converted.
  std::reverse(tensors.begin(), tensors.end());
  load_into_module(*network, tensors, "a.safetensors");
  for (const auto& [name, tensor] : tensors) {
    const auto own =
        network->named_parameters().contains(name) ? network->named_parameters()[name] : network->named_buffers()[name];
    CHECK(torch::equal(own.to(tensor.scalar_type()), tensor.to(own.scalar_type()).to(tensor.scalar_type())));
  }
  CHECK(weight.is_contiguous(torch::MemoryFormat::ChannelsLast));
  CHECK(weight.requires_grad());
}

TEST_CASE("weights of another model are refused with the differences in one line") {
  NamedTensors tensors = random_tensors();
  tensors.erase(tensors.begin() + 5);                    // 2.bias
  tensors[0].second = torch::zeros({4, 3, 5, 5});        // 0.weight
  tensors[2].second = torch::zeros({4}, torch::kInt32);  // 1.weight
  tensors.emplace_back("extra\n", torch::zeros({1}));
  const std::string message = refusal(tensors);
  CHECK_THAT(message, StartsWith("a.safetensors: weights of another model"));
  CHECK_THAT(message, ContainsSubstring("missing: \"2.bias\""));
  CHECK_THAT(message, ContainsSubstring("unexpected: \"extra\\x0a\""));
  CHECK_THAT(message, ContainsSubstring("\"0.weight\" is [4, 3, 5, 5], must be [4, 3, 3, 3]"));
  CHECK_THAT(message, ContainsSubstring("\"1.weight\" is Int, must be Float"));
  CHECK(message.find('\n') == std::string::npos);
}

TEST_CASE("a long list of differences is cut after three") {
  CHECK_THAT(refusal({}), ContainsSubstring("missing: \"0.weight\", \"0.bias\", \"1.weight\" and 6 more"));
}

}  // namespace topfive::weights
