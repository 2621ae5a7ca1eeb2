// The table of networks. A new one adds its config to the variant, a row to the table and an
// overload to the visitors; the compiler names what is missing.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "topfive/models/alexnet.h"
#include "topfive/models/googlenet.h"
#include "topfive/models/image_classifier.h"
#include "topfive/models/lenet.h"
#include "topfive/models/resnet.h"
#include "topfive/models/vgg.h"
#include "topfive/models/vit.h"

namespace topfive::models {

using ModelConfig = std::variant<AlexNetConfig, LeNetConfig, VggConfig, GoogLeNetConfig, ResNetConfig, VitConfig>;

// Told apart by "type": alexnet, lenet5, vgg, googlenet, resnet, vit.
const base::Alternatives<ModelConfig>& model_alternatives();

// On the CPU, in training mode, with initial weights from LibTorch's default generator: seed that
// first.
std::shared_ptr<ImageClassifier> build_model(const ModelConfig& config);

int num_classes(const ModelConfig& config);
void set_num_classes(ModelConfig& config, int num_classes);
int input_channels(const ModelConfig& config);
// How many auxiliary outputs the network has in training.
int auxiliary_outputs(const ModelConfig& config);
// The side of the square pictures that the network demands, or nothing if it takes any size.
std::optional<int> image_size(const ModelConfig& config);
// The side that tables are computed for.
int nominal_image_size(const ModelConfig& config);

}  // namespace topfive::models
