#include "golden_network.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include "support/source_directory.h"

namespace topfive::optim {

GoldenNetwork::GoldenNetwork(torch::ScalarType type) : type_(type) {
  const auto stem = register_module("stem", std::make_shared<torch::nn::Module>());
  const auto norm = register_module("norm", std::make_shared<torch::nn::Module>());
  const auto fc = register_module("fc", std::make_shared<torch::nn::Module>());
  add(stem, "weight", {2, 3, 2, 2});
  add(norm, "weight", {2});
  add(norm, "bias", {2});
  add(fc, "weight", {3, 2});
  add(fc, "bias", {3});
}

void GoldenNetwork::add(const std::shared_ptr<torch::nn::Module>& module, const std::string& name,
                        std::vector<std::int64_t> shape) {
  const auto index = static_cast<double>(parameters_.size());
  parameters_.push_back(module->register_parameter(name, wave(shape, 0.3 + index, 0.7).to(type_)));
}

void GoldenNetwork::set_gradients(int step) {
  const double size = (1.0 + 0.8 * std::cos(0.1 * step)) * (step % 17 == 16 ? 10.0 : 1.0);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const auto index = static_cast<double>(i);
    const auto gradient = wave(parameters_[i].sizes(), 0.61 * step + index, 1.3 + 0.01 * index);
    const double scale = std::pow(10.0, static_cast<double>(i % 3) - 1.0);
    parameters_[i].mutable_grad() = (gradient * size * scale).to(type_);
  }
}

torch::Tensor wave(at::IntArrayRef shape, double phase, double frequency) {
  const auto tensor = torch::empty(shape, torch::kFloat64);
  auto* values = tensor.data_ptr<double>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = std::sin(phase + frequency * static_cast<double>(i));
  return tensor;
}

nlohmann::json golden_values(const std::string& file) {
  std::ifstream stream(tests::golden_path(file));
  return nlohmann::json::parse(stream);
}

double difference(const torch::Tensor& tensor, const nlohmann::json& expected) {
  const auto values = tensor.detach().to(torch::kFloat64).contiguous();
  if (values.numel() != static_cast<std::int64_t>(expected.size())) return INFINITY;
  double greatest = 0.0;
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    const double value = expected[static_cast<std::size_t>(i)];
    const double error = std::abs(values.data_ptr<double>()[i] - value) / std::max(1.0, std::abs(value));
    if (!(error <= greatest)) greatest = error;  // NaN counts as the greatest
  }
  return greatest;
}

}  // namespace topfive::optim
