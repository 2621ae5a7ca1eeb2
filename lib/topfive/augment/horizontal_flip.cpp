#include "topfive/augment/horizontal_flip.h"

namespace topfive::augment {

bool sample_flip(double probability, base::RandomStream& random) { return random.uniform() < probability; }

void HorizontalFlip::apply(Sample& sample, base::RandomStream& random) const {
  if (sample_flip(config_.probability, random)) sample.picture.mirror();
}

}  // namespace topfive::augment
