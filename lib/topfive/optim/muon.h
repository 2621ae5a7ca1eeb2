// Momentum whose matrices are made orthogonal, so that a step has about the same size in every direction of a layer
// (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"), equal to torch.optim.Muon computed
// in the weights' own type; and AdamW for everything that is not the matrix of a hidden layer. With gradient g:
//
//   m <- momentum m + (1 - momentum) g       u = (1 - momentum) g + momentum m  (nesterov), otherwise u = m
//   w <- w - rate * decay * w                w <- w - rate * scale * orthogonal(u)
//
// orthogonal(u), for u [rows, columns] with rows <= columns, otherwise transposed: x = u / |u|, then five times
// x <- a x + (b x x^T + c (x x^T)^2) x, which takes every singular value to between about 0.7 and 1.2.
//
// scale: match_rms_adamw (Liu et al. 2025, arXiv 2502.16982, section 2.2): 0.2 sqrt(max(rows, columns)), the size of an
// AdamW update, so that one rate serves both. original (Jordan et al.): sqrt(max(1, rows / columns)).
#pragma once

#include "topfive/optim/grouped_optimizer.h"

namespace topfive::optim {

// A convolution's weight [out, in, height, width] is the matrix [out, in * height * width]. Parameters of the
// classifier, and those with fewer than two rows or columns (biases, norms, class token, positions), are AdamW's.
// State: "exp_avg.<parameter>", for AdamW's also "exp_avg_sq.<parameter>", and "step", one for all.
class Muon : public GroupedOptimizer {
 public:
  Muon(const MuonConfig& config, const torch::nn::Module& module,
       Implementation implementation = Implementation::kAutomatic);

  // Of the matrices; AdamW's beta1 stays.
  void set_momentum(double momentum) override { config_.momentum = momentum; }

 private:
  void update(const ParameterGroup& group, const Lists& lists, double learning_rate) override;
  double scale(std::int64_t rows, std::int64_t columns) const;

  MuonConfig config_;
  bool fused_ = false;
};

}  // namespace topfive::optim
