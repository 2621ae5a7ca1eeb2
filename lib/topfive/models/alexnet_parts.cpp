#include "topfive/models/alexnet_parts.h"

#include <cmath>

#include <torch/torch.h>

#include "topfive/models/alexnet_columns.h"
#include "topfive/models/local_response_norm.h"

namespace topfive::models {
namespace {

// Standard deviation of the weights and constant of the biases, for conv1 ... conv5, fc6, fc7, fc8.
struct GaussianInit {
  std::array<double, 8> deviations;
  std::array<double, 8> biases;
};

// Krizhevsky et al. 2012, section 5; the code of 2012 (layer parameters of run 145) used 0.03 in
// conv3 to conv5; Caffe's bvlc_alexnet used 0.005 in fc6 and fc7 and biases of 0.1, because 1 gave
// a flat loss there.
GaussianInit gaussian_init(AlexNetInit init) {
  GaussianInit result{{.01, .01, .01, .01, .01, .01, .01, .01}, {0, 1, 0, 1, 1, 1, 1, 0}};
  if (init == AlexNetInit::kCode2012) {
    for (const std::size_t conv : {2, 3, 4}) result.deviations[conv] = 0.03;
  }
  if (init == AlexNetInit::kCaffe) {
    result.deviations[5] = result.deviations[6] = 0.005;
    for (double& bias : result.biases) bias *= 0.1;
  }
  return result;
}

template <class Layer>
void draw_gaussian(Layer& layer, double deviation, double bias) {
  torch::nn::init::normal_(layer->weight, 0.0, deviation);
  torch::nn::init::constant_(layer->bias, bias);
}

// He et al. 2015 (arXiv 1502.01852): keeps the variance of activations through rectified layers.
template <class Layer>
void draw_he(Layer& layer) {
  torch::nn::init::kaiming_normal_(layer->weight, 0.0, torch::kFanIn, torch::kReLU);
  torch::nn::init::zeros_(layer->bias);
}

// LeCun et al. 1998 ("Efficient BackProp"): variance 1 / inputs. He's factor of two is for rectifiers alone; max
// pooling enlarges the activations on top of it, so that a net with three pools starts with scores of ten and more and
// diverges at usual rates.
template <class Layer>
void draw_lecun(Layer& layer) {
  torch::nn::init::normal_(layer->weight, 0.0, 1.0 / std::sqrt(static_cast<double>(layer->weight[0].numel())));
  torch::nn::init::zeros_(layer->bias);
}

LocalResponseNormOptions lrn_options(LrnForm form, int columns) {
  switch (form) {
    case LrnForm::kPaper:
      return {.size = 5, .alpha = 5e-4, .beta = 0.75, .k = 2.0, .groups = columns};
    case LrnForm::kCode2012:
      return {.size = 5, .alpha = 1e-4, .beta = 0.75, .k = 2.0, .groups = columns};
    default:
      return {.size = 5, .alpha = 1e-4, .beta = 0.75, .k = 1.0, .groups = 1};
  }
}

}  // namespace

void initialise(AlexNetLayers& layers, AlexNetInit init) {
  if (init == AlexNetInit::kTorchDefault) return;
  if (init == AlexNetInit::kHe) {
    for (auto& conv : layers.convs) draw_he(conv);
    for (auto& linear : layers.linears) draw_he(linear);
    return;
  }
  if (init == AlexNetInit::kLecun) {
    for (auto& conv : layers.convs) draw_lecun(conv);
    for (auto& linear : layers.linears) draw_lecun(linear);
    // Small scores first, so that the loss starts at the logarithm of the number of classes.
    draw_gaussian(layers.linears[2], 0.01, 0.0);
    return;
  }
  const GaussianInit values = gaussian_init(init);
  for (std::size_t i = 0; i < 5; ++i) draw_gaussian(layers.convs[i], values.deviations[i], values.biases[i]);
  for (std::size_t i = 0; i < 3; ++i) {
    draw_gaussian(layers.linears[i], values.deviations[5 + i], values.biases[5 + i]);
  }
}

void add_activations(torch::nn::Module& module, AlexNetLayers& layers, ActivationKind kind) {
  for (std::size_t i = 0; i < layers.activations.size(); ++i) {
    const std::int64_t channels =
        i < 5 ? layers.convs[i]->options.out_channels() : layers.linears[i - 5]->options.out_features();
    layers.activations[i] =
        module.register_module("activation" + std::to_string(i + 1), ActivationLayer(kind, channels));
  }
}

AlexNetConfig resolved(AlexNetConfig config) {
  const bool paper = config.variant == AlexNetVariant::k2012 || config.variant == AlexNetVariant::kHalf;
  if (config.lrn == LrnForm::kAuto) config.lrn = paper ? LrnForm::kPaper : LrnForm::kNone;
  if (config.init == AlexNetInit::kAuto) {
    const bool torchvision = config.variant == AlexNetVariant::kTorchvision;
    config.init = paper ? AlexNetInit::kPaper : torchvision ? AlexNetInit::kTorchDefault : AlexNetInit::kLecun;
  }
  return config;
}

torch::Tensor normalise_responses(const torch::Tensor& features, LrnForm form, int columns) {
  if (form == LrnForm::kNone) return features;
  return local_response_norm(features, lrn_options(form, columns));
}

torch::Tensor max_pool(const torch::Tensor& features, bool overlapping) {
  const std::int64_t kernel = overlapping ? 3 : 2;
  return torch::max_pool2d(features, {kernel, kernel}, {2, 2}, {0, 0}, {1, 1}, /*ceil_mode=*/true);
}

int max_pooled_size(int size, bool overlapping) {
  const int kernel = overlapping ? 3 : 2;
  // Rounded up; a window that would start outside is dropped, which cannot happen without padding.
  return (size - kernel + 1) / 2 + 1;
}

std::shared_ptr<ImageClassifier> make_alexnet(const AlexNetConfig& config) {
  switch (config.variant) {
    case AlexNetVariant::k2012:
      if (config.placement == AlexNetPlacement::kTwoColumns) {
        return std::make_shared<AlexNetTwoColumns>(resolved(config));
      }
      return make_alexnet_2012(resolved(config));
    case AlexNetVariant::kHalf:
      return make_alexnet_2012(resolved(config));
    case AlexNetVariant::kTorchvision:
      return make_alexnet_torchvision(resolved(config));
    case AlexNetVariant::kSmall:
      return make_alexnet_small(resolved(config));
  }
  TORCH_CHECK(false, "make_alexnet: unknown variant");
}

}  // namespace topfive::models
