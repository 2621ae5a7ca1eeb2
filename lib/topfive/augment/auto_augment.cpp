#include "topfive/augment/auto_augment.h"

#include "topfive/augment/magnitudes.h"

namespace topfive::augment {
namespace {

PixelOp sample_step(const PolicyStep& step, cv::Size picture, base::RandomStream& random) {
  const bool used = random.uniform() < step.probability;
  const bool other_way = random.below(2) == 1;
  if (!used) return {};
  const PixelOp op = torchvision_op(step.op, Scale::kUsual, step.step, kAutoAugmentSteps, picture);
  return has_sign(step.op) && other_way ? reversed(op) : op;
}

}  // namespace

std::array<PixelOp, 2> sample_auto_augment(const AutoAugmentConfig& config, cv::Size picture,
                                           base::RandomStream& random) {
  const Policy& policy = auto_augment_policy(config.policy);
  const SubPolicy& pair = policy[random.below(policy.size())];
  const PixelOp first = sample_step(pair[0], picture, random);
  return {first, sample_step(pair[1], picture, random)};
}

void AutoAugment::apply(Sample& sample, base::RandomStream& random) const {
  for (const PixelOp& op : sample_auto_augment(config_, sample.picture.size(), random)) {
    augment::apply(op, options_, sample.picture);
  }
}

}  // namespace topfive::augment
