// Batch normalisation over the maps of several processes, as if they were one batch.
//
// Mean and variance of all ranks are put together from those of each (Chan et al. 1979), and the two sums of the
// backward pass are added up over the ranks. Each rank's gradients of weight and bias are those of its own maps:
// averaged over equally large ranks, as all gradients are, they are those of the one batch.
#pragma once

#include <functional>

#include <torch/types.h>

namespace topfive::models {

class ImageClassifier;

// How the layers of a network reach the other ranks. `sum` replaces a tensor by its sum over all of them; all ranks
// call it in the same order, in forward and in backward.
struct StatisticsExchange {
  int rank = 0;
  int num_ranks = 1;
  std::function<void(torch::Tensor&)> sum;
};

struct SyncNormInputs {
  torch::Tensor maps;    // [N, C, H, W], floating-point
  torch::Tensor weight;  // [C], as all that follow
  torch::Tensor bias;
  torch::Tensor running_mean;
  torch::Tensor running_var;
  double epsilon = 1e-5;
  double momentum = 0.1;  // of the running statistics; 0 leaves them untouched
};

// Normalised maps, with gradients for maps, weight and bias; moves the running statistics. A collective in forward and
// in backward.
torch::Tensor sync_norm_training(const SyncNormInputs& inputs, const StatisticsExchange& exchange);

// From now on, all batch normalisations of the network in training mode go over all ranks.
void synchronise_batch_norm(ImageClassifier& model, const StatisticsExchange& exchange);

}  // namespace topfive::models
