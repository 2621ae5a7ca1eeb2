#include "topfive/bench/window_plan.h"

#include "topfive/augment/center_crop.h"
#include "topfive/augment/random_resized_crop.h"
#include "topfive/augment/resize_shorter_side.h"

namespace topfive::bench {
namespace {

cv::Rect whole(cv::Size size) { return {cv::Point(), size}; }

std::optional<image::PilKernel> kernel_of(image::Filter filter) {
  if (filter == image::Filter::kPilBilinear) return image::PilKernel::kBilinear;
  if (filter == image::Filter::kPilBicubic) return image::PilKernel::kBicubic;
  return std::nullopt;
}

std::optional<WindowPlan> plan_random_crop(const augment::RandomResizedCropConfig& config, cv::Size picture,
                                           base::RandomStream& random) {
  const auto kernel = kernel_of(config.filter);
  if (!kernel) return std::nullopt;
  const cv::Size output(config.size, config.size);
  return WindowPlan{augment::sample_window(picture, config, random), output, whole(output), *kernel};
}

std::optional<WindowPlan> plan_center_crop(const augment::ResizeShorterSideConfig& resize,
                                           const augment::CenterCropConfig& crop, cv::Size picture) {
  const auto kernel = kernel_of(resize.filter);
  const cv::Size scaled = augment::shorter_side_size(picture, resize.size);
  const cv::Rect kept = augment::center_window(scaled, crop.size);
  if (!kernel || (kept & whole(scaled)) != kept) return std::nullopt;
  return WindowPlan{whole(picture), scaled, kept, *kernel};
}

}  // namespace

std::optional<WindowPlan> plan_window(const std::vector<augment::TransformConfig>& steps, cv::Size picture,
                                      base::RandomStream& random) {
  if (steps.empty()) return std::nullopt;
  if (const auto* crop = std::get_if<augment::RandomResizedCropConfig>(&steps[0])) {
    return plan_random_crop(*crop, picture, random);
  }
  const auto* resize = std::get_if<augment::ResizeShorterSideConfig>(&steps[0]);
  const auto* crop = steps.size() < 2 ? nullptr : std::get_if<augment::CenterCropConfig>(&steps[1]);
  if (resize == nullptr || crop == nullptr) return std::nullopt;
  return plan_center_crop(*resize, *crop, picture);
}

}  // namespace topfive::bench
