#include "topfive/models/sync_batch_norm.h"

#include <memory>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "topfive/models/batch_norm.h"
#include "topfive/models/image_classifier.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

const std::vector<std::int64_t> kAllButChannels = {0, 2, 3};

// Statistics in float32 at least, whatever the maps are.
Tensor widened(const Tensor& maps) { return maps.scalar_type() == torch::kDouble ? maps : maps.to(torch::kFloat); }

Tensor per_channel(const Tensor& values) { return values.view({1, -1, 1, 1}); }

struct Statistics {
  Tensor mean;   // [C]
  Tensor var;    // [C], biased
  Tensor count;  // [1]: values per channel on all ranks
};

Statistics statistics_of_all(const Tensor& maps, const StatisticsExchange& exchange) {
  const Tensor wide = widened(maps);
  const std::int64_t channels = maps.size(1);
  const auto [var, mean] = torch::var_mean(wide, kAllButChannels, /*unbiased=*/false);
  const Tensor count = torch::full({1}, maps.numel() / channels, wide.options());
  // A row for each rank, so that the sum over the ranks puts them side by side.
  Tensor rows = torch::zeros({exchange.num_ranks, 2 * channels + 1}, wide.options());
  rows[exchange.rank].copy_(torch::cat({mean, var * count, count}));
  exchange.sum(rows);

  const auto means = rows.narrow(1, 0, channels);
  const auto squares = rows.narrow(1, channels, channels);
  const auto counts = rows.narrow(1, 2 * channels, 1);
  const auto total = counts.sum(0);
  const auto mean_of_all = (means * counts).sum(0) / total;
  const auto squares_of_all = (squares + counts * (means - mean_of_all).square()).sum(0);
  return {mean_of_all, squares_of_all / total, total};
}

void move_running(const SyncNormInputs& inputs, const Statistics& own) {
  if (inputs.momentum == 0.0) return;
  inputs.running_mean.lerp_(own.mean.to(inputs.running_mean.scalar_type()), inputs.momentum);
  const auto unbiased = own.var * own.count / (own.count - 1);
  inputs.running_var.lerp_(unbiased.to(inputs.running_var.scalar_type()), inputs.momentum);
}

// Keeps the exchange from forward to backward.
struct KeptExchange : torch::CustomClassHolder {
  explicit KeptExchange(StatisticsExchange kept) : exchange(std::move(kept)) {}
  StatisticsExchange exchange;
};

class SyncNorm : public torch::autograd::Function<SyncNorm> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& maps, const Tensor& weight, const Tensor& bias,
                        const SyncNormInputs& inputs, const StatisticsExchange& exchange) {
    const Statistics all = statistics_of_all(maps, exchange);
    move_running(inputs, all);
    context->save_for_backward({maps, weight, all.mean, (all.var + inputs.epsilon).rsqrt(), all.count});
    context->saved_data["exchange"] = c10::IValue::make_capsule(c10::make_intrusive<KeptExchange>(exchange));
    return at::batch_norm(maps, weight, bias, all.mean.to(weight.scalar_type()), all.var.to(weight.scalar_type()),
                          /*training=*/false, /*momentum=*/0.0, inputs.epsilon, /*cudnn_enabled=*/false);
  }

  // With x^ the normalised maps, n their number in a channel and g the gradient of the output:
  // dx = weight / std (g - (sum g + x^ sum(g x^)) / n), with the sums over all ranks.
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor normalised = (widened(saved[0]) - per_channel(saved[2])) * per_channel(saved[3]);
    const Tensor gradient = widened(gradients[0]);
    const Tensor bias_gradient = gradient.sum(kAllButChannels);
    const Tensor weight_gradient = (gradient * normalised).sum(kAllButChannels);

    Tensor sums = torch::stack({bias_gradient, weight_gradient});
    kept_exchange(*context).sum(sums);
    const Tensor means = sums / saved[4];
    const Tensor slope = per_channel(saved[1].to(gradient.scalar_type()) * saved[3]);
    const Tensor maps_gradient = (gradient - per_channel(means[0]) - normalised * per_channel(means[1])) * slope;
    const auto type = saved[1].scalar_type();
    return {maps_gradient.to(saved[0].scalar_type()), weight_gradient.to(type), bias_gradient.to(type), {}, {}};
  }

 private:
  static const StatisticsExchange& kept_exchange(AutogradContext& context) {
    const auto capsule = context.saved_data.at("exchange").toCapsule();
    return c10::static_intrusive_pointer_cast<KeptExchange>(capsule)->exchange;  // the context holds it
  }
};

}  // namespace

torch::Tensor sync_norm_training(const SyncNormInputs& inputs, const StatisticsExchange& exchange) {
  return SyncNorm::apply(inputs.maps, inputs.weight, inputs.bias, inputs, exchange);
}

void synchronise_batch_norm(ImageClassifier& model, const StatisticsExchange& exchange) {
  const auto shared = std::make_shared<const StatisticsExchange>(exchange);
  for (const auto& module : model.modules(/*include_self=*/false)) {
    if (auto* norm = module->as<BatchNormImpl>()) norm->set_exchange(shared);
  }
}

}  // namespace topfive::models
