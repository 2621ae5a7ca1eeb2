#include <cmath>
#include <map>

#include "topfive/augment/colour_jitter.h"
#include "topfive/augment/horizontal_flip.h"
#include "topfive/augment/pca_colour.h"
#include "topfive/image/flip.h"

#include "image/adjust.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::augment;
using topfive::base::RandomStream;
using topfive::image::Image;
using topfive::test::formula_picture;
using topfive::test::same_pixels;

namespace {

using Vector = std::array<double, 3>;

// Standard deviation, in grey levels, of the shift's projection on a direction.
double spread_along(const PcaColourConfig& config, const Vector& direction) {
  constexpr int kDraws = 20'000;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    RandomStream stream(6, 0, static_cast<std::uint64_t>(i));
    const auto shift = sample_colour_shift(config, stream);
    double along = 0;
    for (std::size_t c = 0; c < 3; ++c) along += 255.0 * shift[c] * direction[c];
    squares += along * along;
  }
  return std::sqrt(squares / kDraws);
}

}  // namespace

TEST_CASE("the colour shift of 2012 has the spread that its constants say") {
  const PcaColourConfig config;  // std 0.1, krizhevsky_2012
  CHECK(spread_along(config, {-0.5635, -0.5762, -0.5920}) == Approx(12.178).epsilon(0.02));
  CHECK(spread_along(config, {-0.7126, -0.0235, 0.7012}) == Approx(3.709).epsilon(0.02));
  CHECK(spread_along(config, {0.4180, -0.8170, 0.3973}) == Approx(1.972).epsilon(0.02));
}

TEST_CASE("lighting is two to seventeen times weaker") {
  const PcaColourConfig config{.constants = PcaConstants::kLighting};
  CHECK(spread_along(config, {-0.5675, -0.5808, -0.5836}) == Approx(5.546).epsilon(0.02));
  CHECK(spread_along(config, {0.7192, -0.0045, -0.6948}) == Approx(0.479).epsilon(0.02));
  CHECK(spread_along(config, {0.4009, -0.8140, 0.4203}) == Approx(0.115).epsilon(0.02));
}

TEST_CASE("the colour shift is proportional to std and adds to what is there") {
  RandomStream one(1, 2, 3);
  RandomStream two(1, 2, 3);
  const auto weak = sample_colour_shift({.std = 0.1}, one);
  Sample sample{formula_picture({4, 4}, 3, 1), {1.0F, 2.0F, 3.0F}};
  const Image before = sample.picture.pixels().clone();
  PcaColour({.std = 0.2}).apply(sample, two);
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(sample.colour_shift[c] == Approx(static_cast<float>(c + 1) + 2 * weak[c]));
  }
  CHECK(same_pixels(sample.picture.pixels(), before));
}

TEST_CASE("compensating the variance divides the shift and the distance from the mean colour") {
  const PcaColourConfig config{.std = 0.25, .compensate_variance = true};
  RandomStream one(1, 2, 3);
  RandomStream two(1, 2, 3);
  const auto plain = sample_colour_shift({.std = 0.25}, one);
  Sample sample{Image(1, 1, CV_8UC3, cv::Scalar(0, 116, 255)), {}};
  PcaColour(config).apply(sample, two);
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(sample.colour_shift[c] == Approx(plain[c] / 1.25F));
  }
  // Mean colour 123.675, 116.28, 103.53: 123.675 * 0.2 = 24.7, unchanged, 103.53 + 151.47 / 1.25 = 224.7.
  CHECK(sample.picture.pixels().at<cv::Vec3b>(0, 0) == cv::Vec3b(25, 116, 225));
}

TEST_CASE("jitter factors stay in their range, and all six orders are equally likely") {
  constexpr int kDraws = 12'000;
  const ColourJitterConfig config{.brightness = 0.4, .contrast = 1.5, .saturation = 0.1};
  const std::map<Adjustment, std::pair<float, float>> ranges = {{Adjustment::kBrightness, {0.6F, 1.4F}},
                                                                {Adjustment::kContrast, {0.0F, 2.5F}},
                                                                {Adjustment::kSaturation, {0.9F, 1.1F}}};
  std::map<std::vector<Adjustment>, int> orders;
  int outside = 0;
  for (int i = 0; i < kDraws; ++i) {
    RandomStream stream(8, 0, static_cast<std::uint64_t>(i));
    std::vector<Adjustment> order;
    for (const JitterStep& step : sample_jitter(config, stream)) {
      order.push_back(step.adjustment);
      const auto [low, high] = ranges.at(step.adjustment);
      if (step.factor < low || step.factor > high) ++outside;
    }
    ++orders[order];
  }
  CHECK(outside == 0);
  REQUIRE(orders.size() == 6);
  double chi_square = 0;
  for (const auto& [order, count] : orders) chi_square += std::pow(count - 2000.0, 2) / 2000.0;
  CHECK(chi_square < 36);  // 5 degrees of freedom: one in a million
}

TEST_CASE("jitter applies its steps in the order drawn") {
  const ColourJitterConfig config{.brightness = 0.4, .contrast = 0.4, .saturation = 0.4};
  const Image picture = formula_picture({20, 15}, 3, 4);
  for (std::uint64_t id = 0; id < 20; ++id) {
    RandomStream stream(9, 0, id);
    Image expected = picture;
    for (const JitterStep& step : sample_jitter(config, stream)) {
      if (step.adjustment == Adjustment::kBrightness) {
        expected = topfive::test::adjust_brightness(expected, step.factor);
      } else if (step.adjustment == Adjustment::kContrast) {
        expected = topfive::test::adjust_contrast(expected, step.factor);
      } else {
        expected = topfive::test::adjust_saturation(expected, step.factor);
      }
    }
    RandomStream same_stream(9, 0, id);
    Sample sample{picture, {}};
    ColourJitter(config).apply(sample, same_stream);
    CHECK(same_pixels(sample.picture.pixels(), expected));
  }
}

TEST_CASE("jitter without strength changes nothing") {
  RandomStream stream(1, 2, 3);
  const Image picture = formula_picture({20, 15}, 3, 4);
  Sample sample{picture, {}};
  ColourJitter(ColourJitterConfig{}).apply(sample, stream);
  CHECK(same_pixels(sample.picture.pixels(), picture));
}

TEST_CASE("a flip gives the picture or its mirror image, as often as it should") {
  const double probability = GENERATE(0.0, 0.3, 0.5, 1.0);
  const Image picture = formula_picture({9, 7}, 3, 4);
  const Image mirrored = topfive::image::flip_horizontally(picture);
  constexpr int kDraws = 4000;
  int flips = 0;
  for (int i = 0; i < kDraws; ++i) {
    RandomStream stream(10, 0, static_cast<std::uint64_t>(i));
    Sample sample{picture, {}};
    HorizontalFlip({.probability = probability}).apply(sample, stream);
    const bool flipped = same_pixels(sample.picture.pixels(), mirrored);
    REQUIRE((flipped || same_pixels(sample.picture.pixels(), picture)));
    flips += flipped ? 1 : 0;
  }
  const double spread = std::sqrt(kDraws * probability * (1 - probability));
  CHECK(std::abs(flips - kDraws * probability) <= 5 * spread);
}
