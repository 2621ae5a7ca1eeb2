// The non-linearities that a network's config may choose from, where the story needs the choice: the
// rectifier against the functions before it (Krizhevsky et al. 2012, section 3.1) and after it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

namespace topfive::models {

// Leaky: slope 0.01. PReLU (He et al. 2015): one trainable slope per channel, 0.25 at first. GELU: the exact form.
enum class ActivationKind { kRelu, kLeakyRelu, kPrelu, kElu, kGelu, kSilu, kSigmoid, kTanh };

// The names in a config, for base::Fields::choice.
const std::vector<std::pair<std::string, ActivationKind>>& activation_names();

// One activation as a layer. It has a parameter, "weight" of shape [channels], only as PReLU, so that the names and
// positions of the other layers in a Sequential never depend on the kind. Channels are dimension 1 of the input. The
// rectifier overwrites its input, which must not be needed any more, as torchvision's do.
class ActivationLayerImpl : public torch::nn::Cloneable<ActivationLayerImpl> {
 public:
  ActivationLayerImpl(ActivationKind kind, std::int64_t channels);
  void reset() override;
  torch::Tensor forward(torch::Tensor input);

 private:
  ActivationKind kind_;
  std::int64_t channels_;
  torch::Tensor weight_;
};
TORCH_MODULE(ActivationLayer);

// The gain that keeps the variance of a layer followed by this activation: the square root of 2 for the rectifier
// and its smooth kin (He et al. 2015; less for a slope on the negative side), 5/3 for tanh, 1 for sigmoid, as
// torch.nn.init.calculate_gain has them.
double activation_gain(ActivationKind kind);

}  // namespace topfive::models
