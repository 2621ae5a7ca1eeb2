#include "topfive/models/dispatch_mode.h"

#include <optional>
#include <string>
#include <vector>

#include <ATen/core/stack.h>
#include <torch/library.h>
#include <torch/torch.h>

namespace topfive::models {
namespace {

thread_local std::optional<DispatchMode> active_mode;

bool draws_numbers(const c10::OperatorHandle& op) {
  const std::string& name = op.operator_name().name;
  return name == "aten::uniform_" || name == "aten::normal_";
}

at::Tensor without_values(const at::Tensor& tensor) {
  if (!tensor.defined() || tensor.is_meta()) return tensor;
  return at::empty_strided(tensor.sizes(), tensor.strides(), tensor.options().device(at::kMeta));
}

void drop_values(c10::IValue& argument) {
  if (argument.isTensor()) {
    argument = without_values(argument.toTensor());
  } else if (argument.isDevice()) {
    argument = c10::Device(at::kMeta);
  } else if (argument.isTensorList()) {
    std::vector<at::Tensor> tensors;
    for (const at::Tensor& tensor : argument.toTensorVector()) tensors.push_back(without_values(tensor));
    argument = tensors;
  }
}

// Arguments: input [N, C, H, W], weight [out, C / groups,
// kh, kw], bias, stride, padding, dilation, groups; the shape is that of torch.nn.Conv2d's documentation.
at::Tensor convolution_without_values(c10::ArrayRef<c10::IValue> arguments) {
  const at::Tensor input = arguments[0].toTensor();
  const at::Tensor weight = arguments[1].toTensor();
  const auto at_or_first = [&](std::size_t argument, std::size_t i) {
    const auto values = arguments[argument].toIntVector();
    return values[values.size() > 1 ? i : 0];
  };
  TORCH_CHECK(input.size(1) == weight.size(1) * arguments[6].toInt(), "a convolution of ", weight.sizes(), " for ",
              input.sizes());
  std::vector<std::int64_t> shape = {input.size(0), weight.size(0)};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto dimension = static_cast<std::int64_t>(i) + 2;
    const std::int64_t reach = at_or_first(5, i) * (weight.size(dimension) - 1) + 1;
    const std::int64_t available = input.size(dimension) + 2 * at_or_first(4, i) - reach;
    TORCH_CHECK(available >= 0, "a filter of ", weight.sizes(), " is larger than ", input.sizes());
    shape.push_back(available / at_or_first(3, i) + 1);
  }
  return at::empty(shape, input.options().device(at::kMeta));
}

// The result of the operators that LibTorch cannot run without values outside of Python.
std::optional<at::Tensor> known_output(const std::string& name, c10::ArrayRef<c10::IValue> arguments) {
  if (name == "aten::conv2d") return convolution_without_values(arguments);
  if (name == "aten::adaptive_avg_pool2d") {
    const at::Tensor input = arguments[0].toTensor();
    const auto size = arguments[1].toIntVector();
    return at::empty({input.size(0), input.size(1), size[0], size[1]}, input.options().device(at::kMeta));
  }
  if (name == "aten::reflection_pad2d") {
    const at::Tensor input = arguments[0].toTensor();
    const auto padding = arguments[1].toIntVector();  // left, right, top, bottom
    return at::empty({input.size(0), input.size(1), input.size(2) + padding[2] + padding[3],
                      input.size(3) + padding[0] + padding[1]},
                     input.options().device(at::kMeta));
  }
  const bool keeps_shape =
      name == "aten::batch_norm" || name == "aten::layer_norm" || name == "aten::scaled_dot_product_attention";
  if (!keeps_shape) return std::nullopt;
  return at::empty_like(arguments[0].toTensor(), at::TensorOptions().device(at::kMeta));
}

// Stands before every operator of a thread that has a guard. Boxed, so that it serves all signatures.
void intercept(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const c10::impl::ExcludeDispatchKeyGuard no_recursion(c10::DispatchKey::TESTING_ONLY_GenericMode);
  const std::size_t count = op.schema().arguments().size();
  if (active_mode == DispatchMode::kSkipDraws && draws_numbers(op)) {
    torch::jit::drop(*stack, count - 1);  // what is left is the tensor itself
    return;
  }
  if (active_mode == DispatchMode::kShapesOnly) {
    if (const auto output = known_output(op.operator_name().name, torch::jit::last(*stack, count))) {
      torch::jit::drop(*stack, count);
      stack->emplace_back(*output);
      return;
    }
    for (std::size_t i = stack->size() - count; i < stack->size(); ++i) drop_values((*stack)[i]);
  }
  op.callBoxed(stack);
}

TORCH_LIBRARY_IMPL(_, TESTING_ONLY_GenericMode, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&intercept>());
}

}  // namespace

DispatchModeGuard::DispatchModeGuard(DispatchMode mode) {
  TORCH_CHECK(!active_mode, "dispatch modes do not nest");
  active_mode = mode;
}

DispatchModeGuard::~DispatchModeGuard() { active_mode.reset(); }

}  // namespace topfive::models
