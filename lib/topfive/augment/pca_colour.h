// The colour shift of AlexNet (Krizhevsky et al. 2012, section 4.1): one draw per picture along the
// principal components of ImageNet's RGB values.
//
// The paper adds sum_k p_k * a_k * lambda_k, a_k ~ N(0, std), and calls lambda_k the eigenvalues;
// what the code of 2012 multiplies by is their square roots, the standard deviations.
// "krizhevsky_2012" does what that code did: at std 0.1 the shift has a standard deviation
// of 12.2, 3.7 and 2.0 grey levels along the three components. "lighting" has the constants of
// later code, true eigenvalues on the [0, 1] scale: 5.5, 0.48 and 0.11 grey levels.
//
// The code of 2012 also divides the mean-subtracted picture by 1 + std, in training only.
// `compensate_variance` does so on 8-bit pixels round ImageNet's mean colour (rounding each pixel),
// and divides the shift. It equals the original where the run normalises with that mean.
#pragma once

#include <array>

#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"

namespace topfive::augment {

// Draws one shift: RGB, in [0, 1] units.
std::array<float, 3> sample_colour_shift(const PcaColourConfig& config, base::RandomStream& random);

// Leaves the picture alone and adds to Sample::colour_shift, unless the variance is compensated.
class PcaColour : public Transform {
 public:
  explicit PcaColour(const PcaColourConfig& config) : config_(config) {}
  void apply(Sample& sample, base::RandomStream& random) const override;
  bool accepts_grey() const override { return false; }

 private:
  PcaColourConfig config_;
};

}  // namespace topfive::augment
