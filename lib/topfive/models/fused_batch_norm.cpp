#include "topfive/models/fused_batch_norm.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <ATen/Parallel.h>
#include <torch/torch.h>

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows of a few channels are taken together, so that the loops run over enough values to fill the vector units: `fold`
// pixels make one row of `fold` times as many columns. Blocks of rows stay in the second-level cache.
class Partition {
 public:
  explicit Partition(const Tensor& maps) : channels_(maps.size(1)) {
    constexpr std::int64_t kEnoughColumns = 256;
    constexpr std::int64_t kBlockValues = 1 << 15;
    const std::int64_t pixels = maps.size(0) * maps.size(2) * maps.size(3);
    std::int64_t fold = 1;
    while (2 * fold * channels_ <= kEnoughColumns && pixels % (2 * fold) == 0) fold *= 2;
    width_ = fold * channels_;
    rows_ = pixels / fold;
    block_rows_ = std::clamp<std::int64_t>(kBlockValues / width_, 8, 512);
  }

  std::int64_t channels() const { return channels_; }
  std::int64_t width() const { return width_; }
  std::int64_t values_per_channel() const { return rows_ * (width_ / channels_); }
  std::int64_t blocks() const { return (rows_ + block_rows_ - 1) / block_rows_; }
  NormBlock block(std::int64_t index) const { return {std::min(block_rows_, rows_ - index * block_rows_), width_}; }
  std::int64_t offset(std::int64_t index) const { return index * block_rows_ * width_; }

  // Calls body(index of the block) on all threads.
  template <class Body>
  void for_blocks(const Body& body) const {
    at::parallel_for(0, blocks(), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t index = begin; index < end; ++index) body(index);
    });
  }

  // One value a column from one value a channel.
  std::vector<float> per_column(const std::vector<double>& per_channel) const {
    std::vector<float> columns(static_cast<std::size_t>(width_));
    for (std::size_t c = 0; c < columns.size(); ++c) {
      columns[c] = static_cast<float>(per_channel[c % static_cast<std::size_t>(channels_)]);
    }
    return columns;
  }

  std::vector<double> per_channel(const std::vector<double>& columns) const {
    std::vector<double> channels(static_cast<std::size_t>(channels_), 0.0);
    for (std::size_t c = 0; c < columns.size(); ++c) channels[c % channels.size()] += columns[c];
    return channels;
  }

 private:
  std::int64_t channels_;
  std::int64_t width_ = 0;
  std::int64_t rows_ = 0;
  std::int64_t block_rows_ = 0;
};

// Two rows of sums for each block. They are added in the order of the blocks, whichever thread made them.
class BlockSums {
 public:
  explicit BlockSums(const Partition& partition)
      : partition_(partition), memory_(at::empty({partition.blocks(), 2, partition.width()}, at::kFloat)) {}

  float* first(std::int64_t block) { return memory_.mutable_data_ptr<float>() + 2 * block * partition_.width(); }
  float* second(std::int64_t block) { return first(block) + partition_.width(); }

  // Over all blocks, term(block, column) summed; one value a channel.
  template <class Term>
  std::vector<double> total(const Term& term) {
    std::vector<double> columns(static_cast<std::size_t>(partition_.width()), 0.0);
    for (std::int64_t block = 0; block < partition_.blocks(); ++block) {
      for (std::size_t c = 0; c < columns.size(); ++c) columns[c] += term(block, c);
    }
    return partition_.per_channel(columns);
  }

 private:
  const Partition& partition_;
  Tensor memory_;
};

struct Statistics {
  std::vector<double> mean;
  std::vector<double> variance;  // divided by the count, not by the count less one
};

Statistics statistics_of(const Partition& partition, const std::uint16_t* maps) {
  BlockSums sums(partition);
  partition.for_blocks([&](std::int64_t index) {
    norm_moments(partition.block(index), maps + partition.offset(index), sums.first(index), sums.second(index));
  });
  const auto count = static_cast<double>(partition.values_per_channel());
  const auto channels = static_cast<std::size_t>(partition.channels());
  Statistics result;
  result.mean = sums.total([&](std::int64_t block, std::size_t c) {
    return static_cast<double>(partition.block(block).rows) * sums.first(block)[c];
  });
  for (double& mean : result.mean) mean /= count;
  // Chan et al. 1983: within the blocks, plus between them.
  const std::vector<float> mean = partition.per_column(result.mean);
  result.variance = sums.total([&](std::int64_t block, std::size_t c) {
    const double distance = static_cast<double>(sums.first(block)[c]) - static_cast<double>(mean[c]);
    return sums.second(block)[c] + static_cast<double>(partition.block(block).rows) * distance * distance;
  });
  for (std::size_t c = 0; c < channels; ++c) result.variance[c] /= count;
  return result;
}

std::vector<double> values_of(const Tensor& tensor) {
  const float* values = tensor.const_data_ptr<float>();
  return {values, values + tensor.numel()};
}

Tensor tensor_of(const std::vector<double>& values) {
  Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::kFloat);
  std::transform(values.begin(), values.end(), tensor.mutable_data_ptr<float>(),
                 [](double value) { return static_cast<float>(value); });
  return tensor;
}

// scale and offset of y = scale x + offset, one a column.
struct Affine {
  std::vector<float> scale;
  std::vector<float> offset;
  NormAffine view() const { return {scale.data(), offset.data()}; }
};

Affine affine_of(const Partition& partition, const std::vector<double>& mean, const std::vector<double>& inverse_std,
                 const Tensor& weight, const Tensor& bias) {
  std::vector<double> scale = values_of(weight);
  std::vector<double> offset = values_of(bias);
  for (std::size_t c = 0; c < scale.size(); ++c) {
    scale[c] *= inverse_std[c];
    offset[c] -= mean[c] * scale[c];
  }
  return {partition.per_column(scale), partition.per_column(offset)};
}

std::vector<double> inverse_std(const std::vector<double>& variance, double epsilon) {
  std::vector<double> result = variance;
  for (double& value : result) value = 1.0 / std::sqrt(value + epsilon);
  return result;
}

void move_running(Tensor running, const std::vector<double>& own, double momentum, double factor) {
  float* values = running.mutable_data_ptr<float>();
  for (std::size_t c = 0; c < own.size(); ++c) {
    values[c] = static_cast<float>((1.0 - momentum) * values[c] + momentum * factor * own[c]);
  }
}

// The bits of the bfloat16 numbers.
const std::uint16_t* bits_of(const Tensor& tensor) {
  return tensor.defined() ? static_cast<const std::uint16_t*>(tensor.const_data_ptr()) : nullptr;
}
std::uint16_t* mutable_bits_of(const Tensor& tensor) {
  return tensor.defined() ? static_cast<std::uint16_t*>(tensor.mutable_data_ptr()) : nullptr;
}

Tensor apply(const Partition& partition, NormTail tail, const Affine& affine, const Tensor& maps,
             const Tensor& shortcut) {
  Tensor output = at::empty_like(maps);
  const NormForward whole{bits_of(maps), bits_of(shortcut), mutable_bits_of(output)};
  partition.for_blocks([&](std::int64_t index) {
    const std::int64_t start = partition.offset(index);
    norm_forward(partition.block(index), tail, affine.view(),
                 {whole.x + start, whole.shortcut == nullptr ? nullptr : whole.shortcut + start, whole.y + start});
  });
  return output;
}

// What backward needs beside the maps.
struct Saved {
  Tensor maps;
  Tensor output;  // with a shortcut only
  Tensor weight;
  Tensor bias;
  std::vector<double> mean;
  std::vector<double> inverse_std;
  NormTail tail;
};

struct Gradients {
  Tensor maps;
  Tensor shortcut;
  Tensor weight;
  Tensor bias;
};

// g, the gradient before the tail, summed over the pixels: alone, and times the distance to the mean.
struct GradientSums {
  std::vector<double> plain;
  std::vector<double> product;
};

GradientSums gradient_sums(const Partition& partition, const Saved& saved, const Affine& affine,
                           const std::vector<float>& mean, const Tensor& outer, const Tensor& shortcut_gradient) {
  BlockSums sums(partition);
  partition.for_blocks([&](std::int64_t index) {
    const std::int64_t start = partition.offset(index);
    NormSums part;
    part.output_gradient = bits_of(outer) + start;
    part.x = bits_of(saved.maps) + start;
    if (saved.tail == NormTail::kShortcutRelu) {
      part.y = bits_of(saved.output) + start;
      part.shortcut_gradient = mutable_bits_of(shortcut_gradient) + start;
    }
    part.mean = mean.data();
    part.sum = sums.first(index);
    part.product = sums.second(index);
    norm_backward_sums(partition.block(index), saved.tail, affine.view(), part);
  });
  return {sums.total([&](std::int64_t block, std::size_t c) { return static_cast<double>(sums.first(block)[c]); }),
          sums.total([&](std::int64_t block, std::size_t c) { return static_cast<double>(sums.second(block)[c]); })};
}

// With m the number of values, s the scale and r = 1 / std: dx = s g - s sum(g) / m - s r^2 (x - mean) product / m.
void input_gradient(const Partition& partition, const Saved& saved, const Affine& affine,
                    const std::vector<float>& mean, const GradientSums& sums, const Tensor& inner_sign,
                    const Tensor& result) {
  const auto count = static_cast<double>(partition.values_per_channel());
  std::vector<double> gradient_scale = values_of(saved.weight);
  std::vector<double> distance_scale(gradient_scale.size());
  std::vector<double> constant(gradient_scale.size());
  for (std::size_t c = 0; c < gradient_scale.size(); ++c) {
    gradient_scale[c] *= saved.inverse_std[c];
    constant[c] = -gradient_scale[c] * sums.plain[c] / count;
    distance_scale[c] = -gradient_scale[c] * saved.inverse_std[c] * saved.inverse_std[c] * sums.product[c] / count;
  }
  const auto scale_columns = partition.per_column(gradient_scale);
  const auto distance_columns = partition.per_column(distance_scale);
  const auto constant_columns = partition.per_column(constant);
  const NormTail tail = saved.tail == NormTail::kRelu ? NormTail::kRelu : NormTail::kNone;
  partition.for_blocks([&](std::int64_t index) {
    const std::int64_t start = partition.offset(index);
    NormBackward part;
    part.output_gradient = bits_of(inner_sign) + start;
    part.x = bits_of(saved.maps) + start;
    part.input_gradient = mutable_bits_of(result) + start;
    part.mean = mean.data();
    part.gradient_scale = scale_columns.data();
    part.distance_scale = distance_columns.data();
    part.constant = constant_columns.data();
    norm_backward(partition.block(index), tail, affine.view(), part);
  });
}

Gradients gradients_of(const Saved& saved, const Tensor& output_gradient) {
  const Partition partition(saved.maps);
  const Affine affine = affine_of(partition, saved.mean, saved.inverse_std, saved.weight, saved.bias);
  const std::vector<float> mean = partition.per_column(saved.mean);
  const Tensor outer = output_gradient.to(saved.maps.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
  const bool with_shortcut = saved.tail == NormTail::kShortcutRelu;
  Gradients result;
  result.maps = at::empty_like(saved.maps);
  if (with_shortcut) result.shortcut = at::empty_like(saved.maps);
  GradientSums sums = gradient_sums(partition, saved, affine, mean, outer, result.shortcut);
  input_gradient(partition, saved, affine, mean, sums, with_shortcut ? result.shortcut : outer, result.maps);
  for (std::size_t c = 0; c < sums.product.size(); ++c) sums.product[c] *= saved.inverse_std[c];
  result.weight = tensor_of(sums.product);
  result.bias = tensor_of(sums.plain);
  return result;
}

struct Normalised {
  Tensor output;
  Tensor mean;         // [C] float64
  Tensor inverse_std;  // [C] float64
};

Tensor exact_tensor_of(const std::vector<double>& values) {
  Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::kDouble);
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<double>());
  return tensor;
}

std::vector<double> exact_values_of(const Tensor& tensor) {
  const double* values = tensor.const_data_ptr<double>();
  return {values, values + tensor.numel()};
}

Normalised normalise(const FusedNormInputs& inputs) {
  const Partition partition(inputs.maps);
  const Statistics own = statistics_of(partition, bits_of(inputs.maps));
  if (inputs.momentum > 0.0) {
    const auto count = static_cast<double>(partition.values_per_channel());
    move_running(inputs.running_mean, own.mean, inputs.momentum, 1.0);
    move_running(inputs.running_var, own.variance, inputs.momentum, count / (count - 1.0));
  }
  const std::vector<double> inverse = inverse_std(own.variance, inputs.epsilon);
  const Affine affine = affine_of(partition, own.mean, inverse, inputs.weight, inputs.bias);
  return {apply(partition, inputs.tail, affine, inputs.maps, inputs.shortcut), exact_tensor_of(own.mean),
          exact_tensor_of(inverse)};
}

class FusedNormFunction : public torch::autograd::Function<FusedNormFunction> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& maps, const std::optional<Tensor>& shortcut,
                        const Tensor& weight, const Tensor& bias, const FusedNormInputs& inputs) {
    FusedNormInputs own = inputs;
    own.maps = maps;
    own.shortcut = shortcut.value_or(Tensor());
    const Normalised result = normalise(own);
    const bool with_shortcut = inputs.tail == NormTail::kShortcutRelu;
    context->save_for_backward(
        {maps, with_shortcut ? result.output : Tensor(), weight, bias, result.mean, result.inverse_std});
    context->saved_data["tail"] = static_cast<std::int64_t>(inputs.tail);
    return result.output;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list tensors = context->get_saved_variables();
    const Saved saved{tensors[0],
                      tensors[1],
                      tensors[2],
                      tensors[3],
                      exact_values_of(tensors[4]),
                      exact_values_of(tensors[5]),
                      static_cast<NormTail>(context->saved_data.at("tail").toInt())};
    const Gradients result = gradients_of(saved, gradients.at(0));
    return {result.maps, result.shortcut, result.weight, result.bias, Tensor()};
  }
};

}  // namespace

bool fused_norm_fits(const Tensor& maps, const Tensor& weight) {
  // Measured on two cores with AVX-512: 6 % faster training of ResNet-20 in bfloat16, but 8 % slower of ResNet-50 with
  // its wide layers, and in float32 LibTorch's own operators win everywhere (docs/performance.md).
  constexpr std::int64_t kMostChannels = 64;
  return maps.device().is_cpu() && maps.scalar_type() == at::kBFloat16 && maps.dim() == 4 &&
         maps.size(1) <= kMostChannels && weight.scalar_type() == at::kFloat && weight.device().is_cpu() &&
         maps.size(1) == weight.size(0) && maps.numel() > maps.size(1) &&
         maps.is_contiguous(at::MemoryFormat::ChannelsLast);
}

Tensor fused_norm_training(const FusedNormInputs& inputs) {
  std::optional<Tensor> shortcut;
  if (inputs.shortcut.defined()) {
    TORCH_CHECK(inputs.shortcut.sizes() == inputs.maps.sizes(), "batch norm: a shortcut of ", inputs.shortcut.sizes(),
                " beside ", inputs.maps.sizes());
    shortcut = inputs.shortcut.to(inputs.maps.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
  }
  return FusedNormFunction::apply(inputs.maps, shortcut, inputs.weight, inputs.bias, inputs);
}

Tensor fused_norm_evaluation(const FusedNormInputs& inputs) {
  const Partition partition(inputs.maps);
  const auto inverse = inverse_std(values_of(inputs.running_var), inputs.epsilon);
  const Affine affine = affine_of(partition, values_of(inputs.running_mean), inverse, inputs.weight, inputs.bias);
  Tensor shortcut = inputs.shortcut;
  if (shortcut.defined()) {
    shortcut = shortcut.to(inputs.maps.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
  }
  return apply(partition, inputs.tail, affine, inputs.maps, shortcut);
}

}  // namespace topfive::models
