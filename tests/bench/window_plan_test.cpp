#include "topfive/bench/window_plan.h"

#include "topfive/augment/pipeline.h"
#include "topfive/image/crop.h"
#include "topfive/image/resize.h"

#include "image/picture.h"
#include "support/catch.h"

using namespace topfive;
using augment::TransformConfig;

namespace {

std::vector<TransformConfig> random_crop(image::Filter filter) {
  augment::RandomResizedCropConfig crop;
  crop.size = 24;
  crop.filter = filter;
  return {crop};
}

std::vector<TransformConfig> center_crop(int resize_size, int crop_size) {
  augment::ResizeShorterSideConfig resize;
  resize.size = resize_size;
  augment::CenterCropConfig crop;
  crop.size = crop_size;
  return {resize, crop};
}

// What the plan says, done one step after the other.
image::Image carry_out(const bench::WindowPlan& plan, const image::Image& picture) {
  const auto filter =
      plan.kernel == image::PilKernel::kBicubic ? image::Filter::kPilBicubic : image::Filter::kPilBilinear;
  return image::crop(image::resize(image::crop(picture, plan.window), plan.scaled, filter), plan.kept);
}

image::Image run_pipeline(const std::vector<TransformConfig>& steps, const image::Image& picture,
                          base::RandomStream random) {
  const augment::Pipeline pipeline(steps, "test", 3, std::nullopt);
  augment::Sample sample{picture, {}};
  pipeline.apply(sample, random);
  return sample.picture.pixels();
}

}  // namespace

TEST_CASE("a plan names the pixels that the list itself uses") {
  const auto steps = GENERATE(random_crop(image::Filter::kPilBilinear), random_crop(image::Filter::kPilBicubic),
                              center_crop(40, 32), center_crop(32, 32));
  const auto picture = test::smooth_picture({70, 50}, 3);
  for (std::uint64_t sample = 0; sample < 20; ++sample) {
    const base::RandomStream random(3, 0, sample);
    base::RandomStream for_plan = random;
    const auto plan = bench::plan_window(steps, {70, 50}, for_plan);
    REQUIRE(plan);
    CHECK(test::same_pixels(carry_out(*plan, picture), run_pipeline(steps, picture, random)));
  }
}

TEST_CASE("lists that are not understood have no plan") {
  base::RandomStream random(1, 0, 0);
  const auto no_plan = [&](const std::vector<TransformConfig>& steps) {
    return !bench::plan_window(steps, {70, 50}, random);
  };
  CHECK(no_plan({}));
  CHECK(no_plan({augment::HorizontalFlipConfig{}}));
  CHECK(no_plan(random_crop(image::Filter::kCvArea)));
  CHECK(no_plan(center_crop(32, 40)));  // the crop reaches over the edges
}
