#include "topfive/loss/mix.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <torch/torch.h>

namespace topfive::loss {
namespace {

double positive_uniform(base::RandomStream& random) { return 1.0 - random.uniform(); }  // (0, 1]

// Marsaglia and Tsang, "A simple method for generating gamma variables" (2000), for a shape of at least 1.
double sample_gamma(double shape, base::RandomStream& random) {
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double normal = random.normal();
    const double root = 1.0 + c * normal;
    if (root <= 0.0) continue;
    const double v = root * root * root;
    if (std::log(positive_uniform(random)) < 0.5 * normal * normal + d * (1.0 - v + std::log(v))) return d * v;
  }
}

// A gamma variable of a small shape is often below the smallest double; its logarithm is not.
double sample_log_gamma(double shape, base::RandomStream& random) {
  const double larger = std::log(sample_gamma(shape + 1.0, random));
  return larger + std::log(positive_uniform(random)) / shape;
}

MixPlan cutmix_plan(const ImageSize& size, double own_share, base::RandomStream& random) {
  const auto x = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(size.width)));
  const auto y = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(size.height)));
  const MixBox box = cutmix_box(size, own_share, x, y);
  const std::int64_t area = (box.x2 - box.x1) * (box.y2 - box.y1);
  if (area == 0) return {};
  const double pasted = static_cast<double>(area) / static_cast<double>(size.width * size.height);
  return {MixKind::kCutmix, 1.0 - pasted, box};
}

torch::Tensor mixup(const torch::Tensor& images, double own_share) {
  const std::int64_t n = images.size(0);
  torch::Tensor mixed = torch::empty_like(images);
  // Two pieces written in place, because rolling the batch would copy it first.
  const auto blend = [&](std::int64_t first, std::int64_t partner, std::int64_t count) {
    torch::Tensor out = mixed.narrow(0, first, count);
    at::lerp_out(out, images.narrow(0, first, count), images.narrow(0, partner, count), 1.0 - own_share);
  };
  blend(0, n - 1, 1);
  blend(1, 0, n - 1);
  return mixed;
}

torch::Tensor cutmix(const torch::Tensor& images, const MixBox& box) {
  const auto window = [&](const torch::Tensor& of) { return of.slice(2, box.y1, box.y2).slice(3, box.x1, box.x2); };
  torch::Tensor mixed = images.clone();
  window(mixed).copy_(window(images).roll(1, 0));
  return mixed;
}

}  // namespace

base::RandomStream mix_stream(std::uint64_t seed, std::uint64_t epoch, std::uint64_t batch) {
  // Samples are counted from zero upwards, so numbers from the top down never meet them.
  return {seed, epoch, std::numeric_limits<std::uint64_t>::max() - batch};
}

double sample_beta(double alpha, base::RandomStream& random) {
  const double a = sample_log_gamma(alpha, random);
  const double b = sample_log_gamma(alpha, random);
  return 1.0 / (1.0 + std::exp(b - a));
}

MixPlan sample_mix(const LossConfig& config, const ImageSize& size, base::RandomStream& random) {
  if (!mixes(config) || random.uniform() >= config.mix_probability) return {};
  const bool both = config.mixup_alpha > 0.0 && config.cutmix_alpha > 0.0;
  const bool use_cutmix = both ? random.uniform() < config.switch_probability : config.cutmix_alpha > 0.0;
  const double own_share = sample_beta(use_cutmix ? config.cutmix_alpha : config.mixup_alpha, random);
  if (use_cutmix) return cutmix_plan(size, own_share, random);
  return {MixKind::kMixup, own_share, {}};
}

MixBox cutmix_box(const ImageSize& size, double own_share, std::int64_t centre_x, std::int64_t centre_y) {
  const double half = 0.5 * std::sqrt(1.0 - own_share);
  const auto half_width = static_cast<std::int64_t>(half * static_cast<double>(size.width));
  const auto half_height = static_cast<std::int64_t>(half * static_cast<double>(size.height));
  return {std::max<std::int64_t>(centre_x - half_width, 0), std::max<std::int64_t>(centre_y - half_height, 0),
          std::min(centre_x + half_width, size.width), std::min(centre_y + half_height, size.height)};
}

torch::Tensor mix_images(const torch::Tensor& images, const MixPlan& plan) {
  if (plan.kind == MixKind::kNone || images.size(0) == 0) return images;
  return plan.kind == MixKind::kMixup ? mixup(images, plan.own_share) : cutmix(images, plan.box);
}

Targets mix_labels(const torch::Tensor& labels, const MixPlan& plan) {
  if (plan.kind == MixKind::kNone) return {labels, {}, {}};
  return {labels, labels.roll(1, 0), torch::full({}, plan.own_share, labels.options().dtype(torch::kFloat32))};
}

}  // namespace topfive::loss
