// The table of networks. A new one adds its config to the variant, a row to the table and an
// overload to the visitors; the compiler names what is missing.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "topfive/models/alexnet.h"
#include "topfive/models/image_classifier.h"
#include "topfive/models/lenet.h"

namespace topfive::models {

using ModelConfig = std::variant<AlexNetConfig, LeNetConfig>;

// Told apart by "type": alexnet, lenet5.
const base::Alternatives<ModelConfig>& model_alternatives();

// On the CPU, in training mode, with initial weights from LibTorch's default generator: seed that
// first.
std::shared_ptr<ImageClassifier> build_model(const ModelConfig& config);

int num_classes(const ModelConfig& config);
int input_channels(const ModelConfig& config);
// The side of the square pictures that the network demands, or nothing if it takes any size.
std::optional<int> image_size(const ModelConfig& config);

}  // namespace topfive::models
