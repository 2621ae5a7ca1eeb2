#include "topfive/models/vit_positions.h"

#include <cmath>

#include <torch/torch.h>

namespace topfive::models {

using torch::Tensor;
using torch::indexing::Slice;

Tensor sincos_positions(std::int64_t side, std::int64_t width, bool with_class_token) {
  TORCH_CHECK(width % 4 == 0 && width >= 8, "sincos_positions: width must be a multiple of 4, got ", width);
  const std::int64_t count = width / 4;
  const auto exponents = torch::arange(count, torch::kFloat64) / static_cast<double>(count - 1);
  const auto frequencies = torch::pow(10000.0, -exponents);
  const auto steps = torch::arange(side, torch::kFloat64);
  const auto angles_x = torch::outer(steps.repeat({side}), frequencies);           // [side * side, width / 4]
  const auto angles_y = torch::outer(steps.repeat_interleave(side), frequencies);  // [side * side, width / 4]
  auto positions = torch::cat({angles_x.sin(), angles_x.cos(), angles_y.sin(), angles_y.cos()}, 1);
  if (with_class_token) positions = torch::cat({torch::zeros({1, width}, torch::kFloat64), positions});
  return positions.to(torch::kFloat32).unsqueeze(0);
}

Tensor resample_positions(const Tensor& embedding, std::int64_t new_side, bool with_class_token) {
  const std::int64_t extra = with_class_token ? 1 : 0;
  const std::int64_t patches = embedding.size(1) - extra;
  const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(patches))));
  TORCH_CHECK(side > 0 && side * side == patches, "resample_positions: not a square grid: ", embedding.sizes());
  const auto grid = embedding.index({Slice(), Slice(extra), Slice()})
                        .to(torch::kFloat32)
                        .view({1, side, side, -1})
                        .permute({0, 3, 1, 2});  // [1, width, side, side]
  const auto resampled = at::upsample_bicubic2d(grid, {new_side, new_side}, /*align_corners=*/true);
  const auto rows = resampled.flatten(2).transpose(1, 2).to(embedding.scalar_type());  // [1, new_side^2, width]
  return torch::cat({embedding.index({Slice(), Slice(0, extra), Slice()}), rows}, 1);
}

}  // namespace topfive::models
