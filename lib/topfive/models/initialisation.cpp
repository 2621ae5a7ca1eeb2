#include "topfive/models/initialisation.h"

#include <cmath>

#include <torch/torch.h>

namespace topfive::models {
namespace {

double fan_in(const torch::Tensor& weight) { return static_cast<double>(weight[0].numel()); }
double fan_out(const torch::Tensor& weight) {
  return static_cast<double>(weight.numel()) / static_cast<double>(weight.size(1));
}

}  // namespace

void draw_normal(torch::Tensor weight, double std) {
  const torch::NoGradGuard no_grad;
  weight.normal_(0.0, std);
}

void draw_he_by_outputs(torch::Tensor weight, double gain) { draw_normal(weight, gain / std::sqrt(fan_out(weight))); }

void draw_he_by_inputs(torch::Tensor weight, double gain) { draw_normal(weight, gain / std::sqrt(fan_in(weight))); }

void draw_glorot(torch::Tensor weight) {
  const torch::NoGradGuard no_grad;
  const double bound = std::sqrt(6.0 / (fan_in(weight) + fan_out(weight)));
  weight.uniform_(-bound, bound);
}

void set_constant(torch::Tensor tensor, double value) {
  const torch::NoGradGuard no_grad;
  tensor.fill_(value);
}

}  // namespace topfive::models
