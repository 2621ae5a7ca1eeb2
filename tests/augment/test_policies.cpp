#include <array>
#include <cmath>
#include <map>

#include "topfive/augment/auto_augment.h"
#include "topfive/augment/magnitudes.h"
#include "topfive/augment/rand_augment.h"
#include "topfive/augment/trivial_augment_wide.h"

#include "base/chi_square.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::augment;
using topfive::base::RandomStream;
using topfive::image::Image;
using topfive::test::formula_picture;
using topfive::test::same_pixels;
using topfive::tests::chi_square;
using topfive::tests::chi_square_limit;

namespace {

constexpr int kDraws = 30'000;
const cv::Size kPicture(224, 224);

template <class Sample>
std::vector<PixelOp> draw(const Sample& sample) {
  std::vector<PixelOp> ops;
  for (int i = 0; i < kDraws; ++i) {
    RandomStream stream(13, 0, static_cast<std::uint64_t>(i));
    ops.push_back(sample(stream));
  }
  return ops;
}

std::map<Op, int> count_ops(const std::vector<PixelOp>& ops) {
  std::map<Op, int> counts;
  for (const PixelOp& op : ops) ++counts[op.op];
  return counts;
}

std::vector<int> values_of(const std::map<Op, int>& counts) {
  std::vector<int> values;
  for (const auto& [op, count] : counts) values.push_back(count);
  return values;
}

// Within five standard deviations of what a coin of this probability gives.
bool is_share(int count, int total, double probability) {
  return std::abs(count - total * probability) <= 5 * std::sqrt(total * probability * (1 - probability));
}

}  // namespace

TEST_CASE("RandAugment chooses every operation equally often, and either direction") {
  const RandAugmentConfig config;
  const auto ops = draw([&](RandomStream& random) { return sample_rand_augment_op(config, kPicture, random); });
  const auto counts = count_ops(ops);
  REQUIRE(counts.size() == 14);
  CHECK(chi_square(values_of(counts)) < chi_square_limit(13));
  int rotations = 0;
  int clockwise = 0;
  for (const PixelOp& op : ops) {
    if (op.op != Op::kRotate) continue;
    CHECK(std::abs(op.argument) == Approx(9));
    ++rotations;
    clockwise += op.argument < 0 ? 1 : 0;
  }
  CHECK(is_share(clockwise, rotations, 0.5));
}

TEST_CASE("timm's variant leaves out half of the operations and spreads their strength") {
  const RandAugmentConfig config{.set = RandAugmentSet::kTimmIncreasing, .magnitude = 5, .magnitude_std = 0.5};
  const auto ops = draw([&](RandomStream& random) { return sample_rand_augment_op(config, kPicture, random); });
  auto counts = count_ops(ops);
  CHECK(is_share(counts[Op::kIdentity], kDraws, 0.5));
  counts.erase(Op::kIdentity);
  REQUIRE(counts.size() == 15);
  CHECK(chi_square(values_of(counts)) < chi_square_limit(14));
  double sum = 0;
  double squares = 0;
  for (const PixelOp& op : ops) {
    if (op.op != Op::kRotate) continue;
    const double level = std::abs(op.argument) / 3;
    sum += level;
    squares += level * level;
  }
  const double mean = sum / counts[Op::kRotate];
  CHECK(mean == Approx(5).margin(0.08));  // 5 sigma of 1,000 draws
  CHECK(std::sqrt(squares / counts[Op::kRotate] - mean * mean) == Approx(0.5).margin(0.06));
}

TEST_CASE("TrivialAugment chooses every operation and every strength equally often") {
  const TrivialAugmentWideConfig config;
  const auto ops = draw([&](RandomStream& random) { return sample_trivial_augment_op(config, random); });
  CHECK(chi_square(values_of(count_ops(ops))) < chi_square_limit(13));
  std::vector<int> steps(31);
  for (const PixelOp& op : ops) {
    if (op.op == Op::kRotate) ++steps[static_cast<std::size_t>(std::lround(std::abs(op.argument) / 4.5))];
  }
  CHECK(chi_square(steps) < chi_square_limit(30));
}

TEST_CASE("AutoAugment takes one of the pairs, each part with its own probability") {
  const AutoAugmentConfig config{.policy = AutoAugmentPolicy::kCifar10};
  std::array<std::map<Op, double>, 2> expected;
  for (const SubPolicy& pair : auto_augment_policy(config.policy)) {
    for (std::size_t k = 0; k < 2; ++k) expected[k][pair[k].op] += pair[k].probability / 25;
  }
  std::array<std::map<Op, int>, 2> counts;
  for (int i = 0; i < kDraws; ++i) {
    RandomStream stream(14, 0, static_cast<std::uint64_t>(i));
    const auto ops = sample_auto_augment(config, kPicture, stream);
    for (std::size_t k = 0; k < 2; ++k) ++counts[k][ops[k].op];
  }
  for (std::size_t k = 0; k < 2; ++k) {
    for (const auto& [op, probability] : expected[k]) CHECK(is_share(counts[k][op], kDraws, probability));
  }
}

TEST_CASE("RandAugment applies what was drawn, one operation after the other") {
  const RandAugmentConfig config{.num_ops = 3, .magnitude = 20, .fill = {124, 116, 104}};
  const Image picture = formula_picture({40, 30}, 3, 5);
  const auto options = affine_options(config.interpolation, config.fill);
  for (std::uint64_t id = 0; id < 40; ++id) {
    RandomStream stream(15, 0, id);
    topfive::image::Picture expected(picture);
    for (int i = 0; i < 3; ++i) apply(sample_rand_augment_op(config, picture.size(), stream), options, expected);
    RandomStream same_stream(15, 0, id);
    Sample sample{picture, {}};
    RandAugment(config).apply(sample, same_stream);
    CHECK(same_pixels(sample.picture.pixels(), expected.pixels()));
  }
}

TEST_CASE("policies keep the size and the channels of a picture") {
  const int channels = GENERATE(1, 3);
  const Image picture = formula_picture({23, 31}, channels, 5);
  for (std::uint64_t id = 0; id < 200; ++id) {
    RandomStream stream(16, 0, id);
    Sample sample{picture, {}};
    RandAugment({.set = RandAugmentSet::kTimmIncreasing, .magnitude = 10}).apply(sample, stream);
    TrivialAugmentWide({.interpolation = topfive::image::Interpolation::kBilinear}).apply(sample, stream);
    AutoAugment({}).apply(sample, stream);
    REQUIRE(sample.picture.size() == picture.size());
    REQUIRE(sample.picture.channels() == channels);
  }
}
