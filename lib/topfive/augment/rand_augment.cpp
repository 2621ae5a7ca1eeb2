#include "topfive/augment/rand_augment.h"

#include "topfive/augment/magnitudes.h"

namespace topfive::augment {
namespace {

constexpr double kTimmProbability = 0.5;  // of each operation that was chosen

PixelOp with_random_sign(const PixelOp& op, base::RandomStream& random) {
  return has_sign(op.op) && random.below(2) == 1 ? reversed(op) : op;
}

}  // namespace

const std::vector<Op>& rand_augment_ops(RandAugmentSet set) {
  static const std::vector<Op> kTorchvision = {Op::kIdentity,     Op::kShearX,    Op::kShearY,     Op::kTranslateX,
                                               Op::kTranslateY,   Op::kRotate,    Op::kBrightness, Op::kColour,
                                               Op::kContrast,     Op::kSharpness, Op::kPosterize,  Op::kSolarize,
                                               Op::kAutoContrast, Op::kEqualize};
  static const std::vector<Op> kTimmIncreasing = {Op::kAutoContrast, Op::kEqualize,   Op::kInvert,      Op::kRotate,
                                                  Op::kPosterize,    Op::kSolarize,   Op::kSolarizeAdd, Op::kColour,
                                                  Op::kContrast,     Op::kBrightness, Op::kSharpness,   Op::kShearX,
                                                  Op::kShearY,       Op::kTranslateX, Op::kTranslateY};
  return set == RandAugmentSet::kTorchvision ? kTorchvision : kTimmIncreasing;
}

PixelOp sample_rand_augment_op(const RandAugmentConfig& config, cv::Size picture, base::RandomStream& random) {
  const std::vector<Op>& ops = rand_augment_ops(config.set);
  const Op op = ops[random.below(ops.size())];
  if (config.set == RandAugmentSet::kTorchvision) {
    const int step = static_cast<int>(config.magnitude);
    return with_random_sign(torchvision_op(op, Scale::kUsual, step, config.num_magnitude_bins, picture), random);
  }
  if (random.uniform() >= kTimmProbability) return {};
  double level = config.magnitude;
  if (config.magnitude_std > 0) level += config.magnitude_std * random.normal();
  return with_random_sign(timm_increasing_op(op, level, picture), random);
}

void RandAugment::apply(Sample& sample, base::RandomStream& random) const {
  for (int i = 0; i < config_.num_ops; ++i) {
    augment::apply(sample_rand_augment_op(config_, sample.picture.size(), random), options_, sample.picture);
  }
}

}  // namespace topfive::augment
