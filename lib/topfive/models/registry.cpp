#include "topfive/models/registry.h"

namespace topfive::models {
namespace {

constexpr int kLeNetImageSize = 28;

std::shared_ptr<ImageClassifier> build(const AlexNetConfig& config) { return make_alexnet(config); }
std::shared_ptr<ImageClassifier> build(const LeNetConfig& config) { return make_lenet(config); }
std::shared_ptr<ImageClassifier> build(const VggConfig& config) { return make_vgg(config); }
std::shared_ptr<ImageClassifier> build(const GoogLeNetConfig& config) { return make_googlenet(config); }
std::shared_ptr<ImageClassifier> build(const ResNetConfig& config) { return make_resnet(config); }
std::shared_ptr<ImageClassifier> build(const VitConfig& config) { return make_vit(config); }

std::optional<int> size_of(const AlexNetConfig& config) {
  if (config.variant == AlexNetVariant::kTorchvision) return std::nullopt;
  return config.image_size;
}
std::optional<int> size_of(const LeNetConfig& /*config*/) { return kLeNetImageSize; }
std::optional<int> size_of(const VggConfig& /*config*/) { return std::nullopt; }
std::optional<int> size_of(const GoogLeNetConfig& /*config*/) { return std::nullopt; }
std::optional<int> size_of(const ResNetConfig& /*config*/) { return std::nullopt; }
std::optional<int> size_of(const VitConfig& config) { return config.image_size; }

template <class Config>
int nominal_size_of(const Config& config) {
  return config.image_size;
}
int nominal_size_of(const LeNetConfig& /*config*/) { return kLeNetImageSize; }
int nominal_size_of(const ResNetConfig& config) { return nominal_image_size(config); }

}  // namespace

const base::Alternatives<ModelConfig>& model_alternatives() {
  static const auto kTable = base::Alternatives<ModelConfig>("type")
                                 .option<AlexNetConfig>("alexnet")
                                 .option<LeNetConfig>("lenet5")
                                 .option<VggConfig>("vgg")
                                 .option<GoogLeNetConfig>("googlenet")
                                 .option<ResNetConfig>("resnet")
                                 .option<VitConfig>("vit");
  return kTable;
}

std::shared_ptr<ImageClassifier> build_model(const ModelConfig& config) {
  return std::visit([](const auto& chosen) { return build(chosen); }, config);
}

int num_classes(const ModelConfig& config) {
  return std::visit([](const auto& chosen) { return chosen.num_classes; }, config);
}

void set_num_classes(ModelConfig& config, int num_classes) {
  std::visit([num_classes](auto& chosen) { chosen.num_classes = num_classes; }, config);
}

int input_channels(const ModelConfig& config) {
  return std::visit([](const auto& chosen) { return chosen.input_channels; }, config);
}

int auxiliary_outputs(const ModelConfig& config) {
  const auto* googlenet = std::get_if<GoogLeNetConfig>(&config);
  return googlenet != nullptr && googlenet->auxiliary_heads ? 2 : 0;
}

std::optional<int> image_size(const ModelConfig& config) {
  return std::visit([](const auto& chosen) { return size_of(chosen); }, config);
}

int nominal_image_size(const ModelConfig& config) {
  return std::visit([](const auto& chosen) { return nominal_size_of(chosen); }, config);
}

}  // namespace topfive::models
