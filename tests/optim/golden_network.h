// The network and the gradients of tests/golden/optimizers.py, and comparison with its numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <torch/torch.h>

namespace topfive::optim {

// Five parameters: stem.weight [2, 3, 2, 2], norm.weight [2], norm.bias [2], fc.weight [3, 2], fc.bias [3].
class GoldenNetwork : public torch::nn::Module {
 public:
  explicit GoldenNetwork(torch::ScalarType type);
  void set_gradients(int step);

 private:
  void add(const std::shared_ptr<torch::nn::Module>& module, const std::string& name, std::vector<std::int64_t> shape);

  torch::ScalarType type_;
  std::vector<torch::Tensor> parameters_;
};

// sin(phase + frequency * i), float64.
torch::Tensor wave(at::IntArrayRef shape, double phase, double frequency);

nlohmann::json golden_values(const std::string& file);

// The greatest difference of `tensor` to `expected`, absolute where the expected value is below 1, relative above.
double difference(const torch::Tensor& tensor, const nlohmann::json& expected);

}  // namespace topfive::optim
