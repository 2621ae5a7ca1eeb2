// Mixup (Zhang et al. 2017, arXiv 1710.09412) and cutmix (Yun et al. 2019, arXiv 1905.04899) of a whole batch.
//
// Every picture's partner is the one before it in the batch, the first one's the last: torchvision's pairing, by which
// batches of odd size work as well (timm pairs first with last instead). One kind, one share and one box hold for the
// whole batch, as in torchvision and in timm's mode "batch".
#pragma once

#include <cstdint>

#include <torch/types.h>

#include "topfive/base/random_stream.h"
#include "topfive/loss/loss_config.h"
#include "topfive/loss/targets.h"

namespace topfive::loss {

enum class MixKind { kNone, kMixup, kCutmix };

// Columns x1 to x2 and rows y1 to y2, the ends not included, inside the picture.
struct MixBox {
  std::int64_t x1 = 0;
  std::int64_t y1 = 0;
  std::int64_t x2 = 0;
  std::int64_t y2 = 0;
};

struct MixPlan {
  MixKind kind = MixKind::kNone;
  double own_share = 1.0;  // lambda of the papers, 0 to 1; of cutmix the share of the area that stays
  MixBox box;              // of cutmix: what comes from the partner
};

struct ImageSize {
  std::int64_t height = 0;
  std::int64_t width = 0;
};

// The stream for a batch's plan: a function of these numbers alone, and none that a sample's augmentation uses.
base::RandomStream mix_stream(std::uint64_t seed, std::uint64_t epoch, std::uint64_t batch);

// Whether to mix, how, and how much. Both kinds on and mix_probability 1, switch_probability 0.5 is torchvision's
// RandomChoice of the two, and timm's default.
MixPlan sample_mix(const LossConfig& config, const ImageSize& size, base::RandomStream& random);

// A number of Beta(alpha, alpha), 0 to 1; alpha above 0.
double sample_beta(double alpha, base::RandomStream& random);

// torchvision's box: of about the area 1 - own_share around a point of the picture, cut off at the borders.
MixBox cutmix_box(const ImageSize& size, double own_share, std::int64_t centre_x, std::int64_t centre_y);

// images: [N, C, H, W] of a floating type, on any device. The mixed batch, a new tensor of the same layout; the images
// themselves where the plan mixes nothing.
torch::Tensor mix_images(const torch::Tensor& images, const MixPlan& plan);

// What to recognise in the mixed batch. labels: [N] int64. Does not wait for the device.
Targets mix_labels(const torch::Tensor& labels, const MixPlan& plan);

}  // namespace topfive::loss
