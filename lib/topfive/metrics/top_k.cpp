#include "topfive/metrics/top_k.h"

#include <algorithm>

#include <torch/torch.h>

namespace topfive::metrics {
namespace {

double error_of(std::int64_t correct, std::int64_t total) {
  return total == 0 ? 0.0 : static_cast<double>(total - correct) / static_cast<double>(total);
}

}  // namespace

double TopKCounts::top1_error() const { return error_of(top1_correct, total); }
double TopKCounts::top5_error() const { return error_of(top5_correct, total); }

TopKCounts& TopKCounts::operator+=(const TopKCounts& other) {
  top1_correct += other.top1_correct;
  top5_correct += other.top5_correct;
  total += other.total;
  return *this;
}

TopKCounts count_top_k(const torch::Tensor& logits, const torch::Tensor& labels) {
  TORCH_CHECK(logits.dim() == 2 && labels.dim() == 1 && logits.size(0) == labels.size(0), "count_top_k: logits ",
              logits.sizes(), " and labels ", labels.sizes(), " do not fit");
  const torch::NoGradGuard no_grad;
  const auto own = logits.gather(1, labels.unsqueeze(1));  // [N, 1]
  const auto not_below = logits.ge(own).sum(1);            // [N], the label itself included
  const auto valid = logits.isnan().any(1).logical_not();  // [N]
  const std::int64_t five = std::min<std::int64_t>(5, logits.size(1));
  const auto counts =
      torch::stack({not_below.le(1).logical_and(valid).sum(), not_below.le(five).logical_and(valid).sum()}).cpu();
  return {counts[0].item<std::int64_t>(), counts[1].item<std::int64_t>(), logits.size(0)};
}

}  // namespace topfive::metrics
