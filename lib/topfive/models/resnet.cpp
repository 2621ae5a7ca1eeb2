#include "topfive/models/resnet.h"

#include <map>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "topfive/models/activation_checkpoint.h"
#include "topfive/models/blur_pool.h"
#include "topfive/models/fast_linear.h"
#include "topfive/models/initialisation.h"
#include "topfive/models/resnet_block.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;

// How many blocks each stage has.
std::vector<int> blocks_per_stage(const ResNetConfig& config) {
  if (config.family == ResNetFamily::kCifar) return std::vector<int>(3, (config.depth - 2) / 6);
  static const std::map<int, std::vector<int>> kTable1 = {
      {18, {2, 2, 2, 2}}, {34, {3, 4, 6, 3}}, {50, {3, 4, 6, 3}}, {101, {3, 4, 23, 3}}, {152, {3, 8, 36, 3}}};
  return kTable1.at(config.depth);
}

ShortcutForm shortcut_form(const ResNetConfig& config, bool size_changes) {
  if (config.plain) return ShortcutForm::kNone;
  const bool cifar = config.family == ResNetFamily::kCifar;
  const ResNetShortcut otherwise = cifar ? ResNetShortcut::kA : ResNetShortcut::kB;
  const ResNetShortcut option = config.shortcut == ResNetShortcut::kAuto ? otherwise : config.shortcut;
  if (option == ResNetShortcut::kC) return ShortcutForm::kProjection;
  if (!size_changes) return ShortcutForm::kIdentity;
  return option == ResNetShortcut::kA ? ShortcutForm::kPadded : ShortcutForm::kProjection;
}

class ResNet : public ImageClassifier {
 public:
  explicit ResNet(const ResNetConfig& config) : ImageClassifier("ResNet"), config_(config) {
    const bool cifar = config.family == ResNetFamily::kCifar;
    channels_ = cifar ? 16 : 64;
    const auto stem = Conv2dOptions(config.input_channels, channels_, cifar ? 3 : 7).bias(false);
    conv1_ = register_module(
        "conv1", cifar ? Conv2d(Conv2dOptions(stem).padding(1)) : Conv2d(Conv2dOptions(stem).stride(2).padding(3)));
    bn1_ = register_module("bn1", BatchNorm(BatchNormPlan{.channels = channels_, .relu = rectifies()}));
    activation1_ = register_module("activation1", ActivationLayer(config.activation, channels_));
    make_stages();
    fc_ = register_module("fc", FastLinear(channels_, config.num_classes));
    initialise_layers();
  }

  Prediction forward(const Tensor& images) override {
    Tensor x = bn1_->forward(conv1_->forward(images));  // [N, 64, 112, 112] at 224 pixels
    if (!rectifies()) x = activation1_->forward(x);
    if (config_.family == ResNetFamily::kImageNet) x = pool(x);  // [N, 64, 56, 56]
    for (ResNetBlock& block : blocks_) {                         // last: [N, 512 or 2048, 7, 7]
      x = run_block(checkpoints_blocks(), *block, x);
    }
    x = torch::adaptive_avg_pool2d(x, {1, 1});
    return {fc_->forward(x.flatten(1)), {}};
  }

  bool has_blocks() const override { return true; }

 private:
  bool rectifies() const { return config_.activation == ActivationKind::kRelu; }

  Tensor pool(const Tensor& maps) const {
    if (!config_.anti_aliased_stride) return torch::max_pool2d(maps, {3, 3}, {2, 2}, {1, 1});
    return blur_pool(torch::max_pool2d(maps, {3, 3}, {1, 1}, {1, 1}));
  }

  void make_stages() {
    const auto counts = blocks_per_stage(config_);
    int num_blocks = 0;
    for (const int count : counts) num_blocks += count;
    std::int64_t width = channels_;
    int block_number = 0;
    for (std::size_t stage = 0; stage < counts.size(); ++stage, width *= 2) {
      torch::nn::Sequential blocks;
      for (int i = 0; i < counts[stage]; ++i) {
        const double depth_fraction = static_cast<double>(++block_number) / num_blocks;
        blocks_.push_back(make_block(width, stage > 0 && i == 0 ? 2 : 1, depth_fraction));
        blocks->push_back(blocks_.back());
      }
      register_module("layer" + std::to_string(stage + 1), blocks);
    }
  }

  // The drop rate rises linearly with the depth (Huang et al. 2016, equation 4).
  ResNetBlock make_block(std::int64_t width, std::int64_t stride, double depth_fraction) {
    ResNetBlockPlan plan;
    plan.in_channels = channels_;
    plan.width = width;
    plan.bottleneck = config_.family == ResNetFamily::kImageNet && config_.depth >= 50;
    plan.stride = stride;
    plan.strided_conv = plan.bottleneck && config_.stride_in == ResNetStride::k3x3 ? 1 : 0;
    plan.shortcut = shortcut_form(config_, stride != 1 || channels_ != plan.out_channels());
    plan.anti_aliased = config_.anti_aliased_stride;
    plan.drop_rate = config_.stochastic_depth * depth_fraction;
    plan.activation = config_.activation;
    channels_ = plan.out_channels();
    ResNetBlock block(plan);
    if (config_.zero_init_last_gamma) set_constant(block->last_norm()->weight, 0.0);
    return block;
  }

  void initialise_layers() {
    if (config_.init == ResNetInit::kTorchDefault) return;
    const double gain = activation_gain(config_.activation);
    for (const auto& layer : modules(false)) {
      auto* conv = layer->as<torch::nn::Conv2dImpl>();
      if (conv == nullptr) continue;
      if (config_.init == ResNetInit::kPaper) {
        draw_he_by_inputs(conv->weight, gain);
      } else {
        draw_he_by_outputs(conv->weight, gain);
      }
    }
  }

  ResNetConfig config_;
  std::int64_t channels_ = 0;  // of the maps at the point that the constructor has reached
  Conv2d conv1_{nullptr};
  BatchNorm bn1_{nullptr};
  ActivationLayer activation1_{nullptr};
  std::vector<ResNetBlock> blocks_;
  FastLinear fc_{nullptr};
};

}  // namespace

std::shared_ptr<ImageClassifier> make_resnet(const ResNetConfig& config) { return std::make_shared<ResNet>(config); }

}  // namespace topfive::models
