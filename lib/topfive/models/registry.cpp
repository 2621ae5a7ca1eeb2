#include "topfive/models/registry.h"

namespace topfive::models {
namespace {

std::shared_ptr<ImageClassifier> build(const AlexNetConfig& config) { return make_alexnet(config); }
std::shared_ptr<ImageClassifier> build(const LeNetConfig& config) { return make_lenet(config); }

std::optional<int> size_of(const AlexNetConfig& config) {
  if (config.variant == AlexNetVariant::kTorchvision) return std::nullopt;
  return config.image_size;
}
std::optional<int> size_of(const LeNetConfig& /*config*/) { return 28; }

}  // namespace

const base::Alternatives<ModelConfig>& model_alternatives() {
  static const auto kTable =
      base::Alternatives<ModelConfig>("type").option<AlexNetConfig>("alexnet").option<LeNetConfig>("lenet5");
  return kTable;
}

std::shared_ptr<ImageClassifier> build_model(const ModelConfig& config) {
  return std::visit([](const auto& chosen) { return build(chosen); }, config);
}

int num_classes(const ModelConfig& config) {
  return std::visit([](const auto& chosen) { return chosen.num_classes; }, config);
}

int input_channels(const ModelConfig& config) {
  return std::visit([](const auto& chosen) { return chosen.input_channels; }, config);
}

std::optional<int> image_size(const ModelConfig& config) {
  return std::visit([](const auto& chosen) { return size_of(chosen); }, config);
}

}  // namespace topfive::models
