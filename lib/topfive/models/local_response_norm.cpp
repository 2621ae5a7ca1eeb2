#include "topfive/models/local_response_norm.h"

#include <vector>

#include <ATen/Parallel.h>
#include <ATen/record_function.h>
#include <torch/torch.h>

#include "topfive/models/local_response_norm_kernel.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

bool kernel_fits(const Tensor& input, const LocalResponseNormOptions& options) {
  return input.device().is_cpu() && input.scalar_type() == torch::kFloat32 && options.beta == 0.75 && options.size == 5;
}

LocalResponseNormRows rows_of(const Tensor& input, const LocalResponseNormOptions& options) {
  return {input.size(0) * input.size(2) * input.size(3), input.size(1), options.groups,
          static_cast<float>(options.alpha / static_cast<double>(options.size)), static_cast<float>(options.k)};
}

// Calls body(rows of this thread, offset of its first element) on all threads.
template <class Body>
void for_pixels(const LocalResponseNormRows& rows, const Body& body) {
  constexpr std::int64_t kGrain = 512;
  at::parallel_for(0, rows.pixels, kGrain, [&](std::int64_t begin, std::int64_t end) {
    LocalResponseNormRows part = rows;
    part.pixels = end - begin;
    body(part, begin * rows.channels);
  });
}

Tensor channels_last(const Tensor& tensor) { return tensor.contiguous(torch::MemoryFormat::ChannelsLast); }

struct Normalised {
  Tensor output;
  Tensor scale;
};

Normalised kernel_forward(const Tensor& input, const LocalResponseNormOptions& options) {
  Normalised result{torch::empty_like(input), torch::empty_like(input)};
  const float* in = input.const_data_ptr<float>();
  float* out = result.output.mutable_data_ptr<float>();
  float* scale = result.scale.mutable_data_ptr<float>();
  for_pixels(rows_of(input, options), [&](const LocalResponseNormRows& part, std::int64_t offset) {
    local_response_norm_forward(part, in + offset, out + offset, scale + offset);
  });
  return result;
}

Tensor kernel_backward(const Tensor& input, const Tensor& scale, const Tensor& gradient,
                       const LocalResponseNormOptions& options) {
  Tensor result = torch::empty_like(input);
  const float* in = input.const_data_ptr<float>();
  const float* scales = scale.const_data_ptr<float>();
  const float* outer = gradient.const_data_ptr<float>();
  float* inner = result.mutable_data_ptr<float>();
  for_pixels(rows_of(input, options), [&](const LocalResponseNormRows& part, std::int64_t offset) {
    local_response_norm_backward(part, in + offset, scales + offset, outer + offset, inner + offset);
  });
  return result;
}

// Sum over the channels around each, within its group, by shifted additions.
Tensor window_sum(const Tensor& values, const LocalResponseNormOptions& options) {
  const auto grouped = values.unflatten(1, {options.groups, -1});  // [N, groups, C / groups, H, W]
  const std::int64_t count = grouped.size(2);
  Tensor sum = grouped.clone();
  for (std::int64_t shift = 1; shift <= options.size / 2 && shift < count; ++shift) {
    sum.narrow(2, shift, count - shift).add_(grouped.narrow(2, 0, count - shift));
    sum.narrow(2, 0, count - shift).add_(grouped.narrow(2, shift, count - shift));
  }
  return sum.flatten(1, 2);
}

Normalised general_forward(const Tensor& input, const LocalResponseNormOptions& options) {
  const double scaled_alpha = options.alpha / static_cast<double>(options.size);
  Tensor scale = window_sum(input * input, options).mul_(scaled_alpha).add_(options.k);
  return {input * scale.pow(-options.beta), scale};
}

Tensor general_backward(const Tensor& input, const Tensor& scale, const Tensor& gradient,
                        const LocalResponseNormOptions& options) {
  const double factor = 2.0 * options.beta * options.alpha / static_cast<double>(options.size);
  const Tensor passed = gradient * scale.pow(-options.beta);
  return passed - factor * input * window_sum(passed * input / scale, options);
}

// Half-precision inputs are computed in float, since their squares would overflow or swallow the
// small alpha.
Tensor working_type(const Tensor& tensor) {
  return tensor.scalar_type() == torch::kFloat64 ? tensor : tensor.to(torch::kFloat32);
}

class LocalResponseNormFunction : public torch::autograd::Function<LocalResponseNormFunction> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& input, const LocalResponseNormOptions& options) {
    Tensor source = working_type(input);
    Normalised result;
    if (kernel_fits(source, options)) {
      source = channels_last(source);
      result = kernel_forward(source, options);
    } else {
      result = general_forward(source, options);
    }
    context->save_for_backward({source, result.scale});
    context->saved_data["size"] = options.size;
    context->saved_data["alpha"] = options.alpha;
    context->saved_data["beta"] = options.beta;
    context->saved_data["k"] = options.k;
    context->saved_data["groups"] = options.groups;
    return result.output.to(input.scalar_type());
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const auto& data = context->saved_data;
    const LocalResponseNormOptions options{data.at("size").toInt(), data.at("alpha").toDouble(),
                                           data.at("beta").toDouble(), data.at("k").toDouble(),
                                           data.at("groups").toInt()};
    const Tensor gradient = working_type(gradients.at(0));
    const Tensor result = kernel_fits(saved[0], options)
                              ? kernel_backward(saved[0], saved[1], channels_last(gradient), options)
                              : general_backward(saved[0], saved[1], gradient, options);
    return {result.to(gradients[0].scalar_type()), Tensor()};
  }
};

}  // namespace

Tensor local_response_norm(const Tensor& input, const LocalResponseNormOptions& options) {
  TORCH_CHECK(input.dim() == 4, "local_response_norm: input must be [N, C, H, W], got ", input.sizes());
  TORCH_CHECK(options.size % 2 == 1 && options.k > 0, "local_response_norm: size must be odd, k above 0");
  TORCH_CHECK(options.groups > 0 && input.size(1) % options.groups == 0,
              "local_response_norm: channels must divide into the groups");
  // One operation for profilers and for the layer table, like LibTorch's own.
  at::RecordFunction guard(at::RecordScope::FUNCTION);
  const c10::IValue recorded_input(input);
  if (guard.isActive()) {
    guard.before("topfive::local_response_norm", c10::ArrayRef<const c10::IValue>(&recorded_input, 1));
  }
  Tensor output = LocalResponseNormFunction::apply(input, options);
  if (guard.needsOutputs()) guard.setOutputs(std::vector<c10::IValue>(1, c10::IValue(output)));
  return output;
}

}  // namespace topfive::models
