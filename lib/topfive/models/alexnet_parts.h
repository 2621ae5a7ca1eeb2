// What the variants of AlexNet share: five convolutions and three linear layers, their initial
// weights, the response normalisation and the pooling.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include <torch/nn/modules/conv.h>

#include "topfive/models/alexnet.h"
#include "topfive/models/fast_linear.h"

namespace topfive::models {

struct AlexNetLayers {
  std::array<torch::nn::Conv2d, 5> convs{nullptr, nullptr, nullptr, nullptr, nullptr};
  std::array<FastLinear, 3> linears{nullptr, nullptr, nullptr};
  // After conv1 ... conv5, fc6, fc7.
  std::array<ActivationLayer, 7> activations{nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
};

// Makes the activations for the layers that are there and registers them as activation1 ... activation7.
void add_activations(torch::nn::Module& module, AlexNetLayers& layers, ActivationKind kind);

// Draws the initial weights of config.init (never kAuto here, see resolved).
void initialise(AlexNetLayers& layers, AlexNetInit init);

// The config with every kAuto replaced by what it stands for.
AlexNetConfig resolved(AlexNetConfig config);

// Response normalisation of one of the two first layers. `columns` is how many parts of the
// channels do not see each other; Caffe's form always normalises across all of them, as Caffe did.
torch::Tensor normalise_responses(const torch::Tensor& features, LrnForm form, int columns);

// 3x3 with stride 2, or 2x2 with stride 2 when there is no overlap. A last window that is not full
// still counts, as in cuda-convnet.
torch::Tensor max_pool(const torch::Tensor& features, bool overlapping);
int max_pooled_size(int size, bool overlapping);

// Filters of conv1 ... conv5 and how many columns they fall into.
struct AlexNetPlan {
  std::array<std::int64_t, 5> widths;
  std::int64_t columns;
};
// Variants 2012 and half.
AlexNetPlan plan_of(const AlexNetConfig& config);

// The side of the maps after conv1, whose last filter runs off the edge, and after pool5.
std::int64_t positions_of_conv1(int image_size);
std::int64_t side_after_pool5(const AlexNetConfig& config);
// Zeros that conv1 needs on the right and at the bottom: 3 at 224 pixels.
std::int64_t padding_of_conv1(int image_size);

std::shared_ptr<ImageClassifier> make_alexnet_2012(const AlexNetConfig& config);
std::shared_ptr<ImageClassifier> make_alexnet_torchvision(const AlexNetConfig& config);
std::shared_ptr<ImageClassifier> make_alexnet_small(const AlexNetConfig& config);

}  // namespace topfive::models
