// Running statistics as the plain mean over many batches, instead of a moving average over the last few.
//
// After a training run the moving averages lag behind weights that still moved, and they weigh the last ten batches
// most. He et al. 2015 (section 3.4 and the released models) recomputed them from a large set of training pictures with
// the final weights; so does fvcore's update_bn_stats ("precise batch norm").
#pragma once

#include <memory>
#include <vector>

#include <torch/types.h>

#include "topfive/models/batch_norm.h"
#include "topfive/models/image_classifier.h"

namespace topfive::models {

// Feed it batches of training pictures, all of one size, then finish(). Until then the network is in evaluation mode,
// only its batch norms use the statistics of the batch: dropout and stochastic depth are off (fvcore leaves them as in
// training). Nothing changes in the end but running_mean and running_var: the means over the batches of what each layer
// measured, the variance the unbiased one. Layers that no batch reached keep theirs. Borrows the network; destroyed
// without finish() it puts everything back. One thread.
class PreciseBatchNorm {
 public:
  explicit PreciseBatchNorm(ImageClassifier& model);
  ~PreciseBatchNorm();
  PreciseBatchNorm(const PreciseBatchNorm&) = delete;
  PreciseBatchNorm& operator=(const PreciseBatchNorm&) = delete;

  // False: the network has no batch norm, and batches would be wasted.
  bool has_work() const { return !layers_.empty(); }
  // images: [N, C, H, W], as for ImageClassifier::forward. No gradients are recorded.
  void add(const torch::Tensor& images);
  void finish();

 private:
  struct Layer {
    BatchNormImpl* norm = nullptr;
    double momentum = 0.0;
    torch::Tensor mean;  // before
    torch::Tensor variance;
    torch::Tensor count;
    torch::Tensor mean_sum;  // float64
    torch::Tensor variance_sum;
    std::int64_t batches = 0;
  };
  struct Mode {
    std::shared_ptr<torch::nn::Module> module;
    bool training = false;
  };
  static void restore_statistics(const Layer& layer);
  void restore_modes();

  ImageClassifier& model_;
  std::vector<Mode> modes_;
  std::vector<Layer> layers_;
  bool model_trains_ = false;
  bool finished_ = false;
};

}  // namespace topfive::models
