#include "topfive/augment/trivial_augment_wide.h"

#include "topfive/augment/magnitudes.h"
#include "topfive/augment/rand_augment.h"

namespace topfive::augment {

PixelOp sample_trivial_augment_op(const TrivialAugmentWideConfig& config, base::RandomStream& random) {
  const std::vector<Op>& ops = rand_augment_ops(RandAugmentSet::kTorchvision);
  const Op op = ops[random.below(ops.size())];
  const int steps = config.num_magnitude_bins;
  const int step = static_cast<int>(random.below(static_cast<std::uint64_t>(steps)));
  const PixelOp drawn = torchvision_op(op, Scale::kWide, step, steps, {});
  return has_sign(op) && random.below(2) == 1 ? reversed(drawn) : drawn;
}

void TrivialAugmentWide::apply(Sample& sample, base::RandomStream& random) const {
  augment::apply(sample_trivial_augment_op(config_, random), options_, sample.picture);
}

}  // namespace topfive::augment
