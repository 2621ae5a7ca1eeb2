#include "topfive/models/fast_linear.h"

#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/torch.h>

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

using PointwiseLinear = Tensor(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                               c10::string_view attribute, c10::List<std::optional<at::Scalar>> scalars,
                               std::optional<c10::string_view> algorithm);

// LibTorch registers the operator and declares it in no header.
const c10::TypedOperatorHandle<PointwiseLinear>* onednn_linear() {
  static const auto kOperator = [] {
    std::optional<c10::TypedOperatorHandle<PointwiseLinear>> handle;
    if (const auto found = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""})) {
      handle = found->typed<PointwiseLinear>();
    }
    return handle;
  }();
  return kOperator ? &*kOperator : nullptr;
}

Tensor product(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias) {
  return onednn_linear()->call(input, weight, bias, "none", c10::List<std::optional<at::Scalar>>(), "");
}

// oneDNN reads transposed matrices a little more slowly than copies that are laid out its way. The copies pay where
// their writing is little beside the product, which grows with the rows: for the tokens of a transformer, and not for
// a hundred pictures and the 38 million weights of AlexNet's first linear layer.
constexpr std::int64_t kRowsForCopies = 1024;

Tensor turned(const Tensor& matrix, bool copies) { return copies ? matrix.t().contiguous() : matrix.t(); }

bool mkl_is_slow() {
  static const bool kSlow = [] {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
      if (line.rfind("vendor_id", 0) == 0) return line.find("GenuineIntel") == std::string::npos;
    }
    return false;
  }();
  return kSlow;
}

class FastLinearFunction : public torch::autograd::Function<FastLinearFunction> {
 public:
  // input: [rows, in]
  static Tensor forward(AutogradContext* context, const Tensor& input, const Tensor& weight,
                        const std::optional<Tensor>& bias) {
    context->save_for_backward({input, weight});
    context->saved_data["bias"] = bias.has_value();
    return product(input, weight, bias);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor outer = gradients.at(0).contiguous();  // [rows, out]
    Tensor input_gradient;
    Tensor weight_gradient;
    Tensor bias_gradient;
    const bool copies = outer.size(0) >= kRowsForCopies;
    if (context->needs_input_grad(0)) input_gradient = product(outer, turned(saved[1], copies), std::nullopt);
    if (context->needs_input_grad(1)) {
      weight_gradient = product(turned(outer, copies), turned(saved[0], copies), std::nullopt);
    }
    if (context->saved_data.at("bias").toBool()) bias_gradient = outer.sum(0);
    return {input_gradient, weight_gradient, bias_gradient};
  }
};

}  // namespace

bool linear_by_onednn(const Tensor& input, const Tensor& weight) {
  const bool plain = input.device().is_cpu() && weight.device().is_cpu() && input.scalar_type() == at::kFloat &&
                     weight.scalar_type() == at::kFloat && !at::autocast::is_autocast_enabled(at::kCPU);
  if (!plain || input.dim() < 2 || input.numel() == 0 || weight.numel() < kOnednnWeights) return false;
  return at::globalContext().userEnabledMkldnn() && mkl_is_slow() && onednn_linear() != nullptr;
}

Tensor fast_linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  if (!linear_by_onednn(input, weight)) return at::linear(input, weight, bias);
  std::vector<std::int64_t> shape = input.sizes().vec();
  shape.back() = weight.size(0);
  const Tensor rows = input.reshape({-1, input.size(-1)}).contiguous();
  const auto optional_bias = bias.defined() ? std::optional<Tensor>(bias) : std::nullopt;
  return FastLinearFunction::apply(rows, weight, optional_bias).view(shape);
}

std::shared_ptr<torch::nn::Module> FastLinearImpl::clone(const std::optional<torch::Device>& device) const {
  auto copy = std::make_shared<FastLinearImpl>(options);
  if (device) copy->to(*device);
  const torch::NoGradGuard no_grad;
  copy->weight.copy_(weight);
  if (bias.defined()) copy->bias.copy_(bias);
  copy->train(is_training());
  return copy;
}

}  // namespace topfive::models
