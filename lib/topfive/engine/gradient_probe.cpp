#include "topfive/engine/gradient_probe.h"

#include <cmath>
#include <string_view>
#include <vector>

#include <torch/torch.h>

namespace topfive::engine {
namespace {

constexpr std::int64_t kLeastUnits = 8;
constexpr std::string_view kWeight = ".weight";

struct Layer {
  std::string name;
  std::int64_t units = 0;
};

// What is computed on the device, to be read at once.
struct Figures {
  std::vector<torch::Tensor> gradient_norms;
  std::vector<torch::Tensor> parameter_norms;
  std::vector<Layer> layers;
  std::vector<torch::Tensor> dead_counts;  // one for each layer
};

bool has_units(const std::string& name, const torch::Tensor& parameter) {
  return name.ends_with(kWeight) && parameter.dim() >= 2 && parameter.size(0) >= kLeastUnits;
}

torch::Tensor count_dead(const torch::Tensor& gradient) {
  std::vector<std::int64_t> all_but_units;
  for (std::int64_t dimension = 1; dimension < gradient.dim(); ++dimension) all_but_units.push_back(dimension);
  // The largest magnitude of each row, without a tensor of magnitudes.
  return at::linalg_vector_norm(gradient, INFINITY, all_but_units).eq(0).sum().to(torch::kDouble);
}

Figures look_at(const torch::nn::Module& module) {
  Figures figures;
  for (const auto& item : module.named_parameters()) {
    const torch::Tensor& gradient = item.value().grad();
    if (!gradient.defined()) continue;
    figures.gradient_norms.push_back(at::linalg_vector_norm(gradient, 2).to(torch::kDouble));
    figures.parameter_norms.push_back(at::linalg_vector_norm(item.value().detach(), 2).to(torch::kDouble));
    if (!has_units(item.key(), gradient)) continue;
    figures.layers.push_back({item.key().substr(0, item.key().size() - kWeight.size()), gradient.size(0)});
    figures.dead_counts.push_back(count_dead(gradient));
  }
  return figures;
}

// Scalars of any device in one vector; networks may lie on several.
std::vector<double> read(const std::vector<torch::Tensor>& scalars) {
  std::vector<torch::Tensor> here;
  for (const torch::Tensor& scalar : scalars) here.push_back(scalar.to(scalars.front().device()));
  const torch::Tensor all = torch::stack(here).cpu();
  return {all.const_data_ptr<double>(), all.const_data_ptr<double>() + all.numel()};
}

double norm_of(const double* first, std::size_t count) {
  double squares = 0.0;
  for (std::size_t i = 0; i < count; ++i) squares += first[i] * first[i];
  return std::sqrt(squares);
}

}  // namespace

GradientFigures probe_gradients(const torch::nn::Module& module) {
  const torch::NoGradGuard no_gradients;
  const Figures figures = look_at(module);
  GradientFigures result;
  const std::size_t count = figures.gradient_norms.size();
  if (count == 0) return result;
  std::vector<torch::Tensor> scalars = figures.gradient_norms;
  scalars.insert(scalars.end(), figures.parameter_norms.begin(), figures.parameter_norms.end());
  scalars.insert(scalars.end(), figures.dead_counts.begin(), figures.dead_counts.end());
  const std::vector<double> values = read(scalars);
  result.gradient_norm = norm_of(values.data(), count);
  result.parameter_norm = norm_of(values.data() + count, count);
  for (std::size_t i = 0; i < figures.layers.size(); ++i) {
    const double share = values[2 * count + i] / static_cast<double>(figures.layers[i].units);
    if (share > result.dead_units.value_or(0.0)) result.dead_layer = figures.layers[i].name;
    result.dead_units = std::max(share, result.dead_units.value_or(0.0));
  }
  return result;
}

}  // namespace topfive::engine
