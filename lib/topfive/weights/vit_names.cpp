#include "topfive/weights/vit_names.h"

#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace topfive::weights {
namespace {

using NamePair = std::pair<std::string_view, std::string_view>;  // timm's, torchvision's

constexpr std::array<NamePair, 2> kWhole = {{{"cls_token", "class_token"}, {"pos_embed", "encoder.pos_embedding"}}};
constexpr std::array<NamePair, 3> kStarts = {
    {{"patch_embed.proj.", "conv_proj."}, {"norm.", "encoder.ln."}, {"head.", "heads.head."}}};
constexpr std::array<NamePair, 7> kInBlock = {{{"norm1.", "ln_1."},
                                               {"norm2.", "ln_2."},
                                               {"attn.qkv.weight", "self_attention.in_proj_weight"},
                                               {"attn.qkv.bias", "self_attention.in_proj_bias"},
                                               {"attn.proj.", "self_attention.out_proj."},
                                               {"mlp.fc1.", "mlp.0."},
                                               {"mlp.fc2.", "mlp.3."}}};
constexpr std::array<NamePair, 2> kFormer = {{{"mlp.linear_1.", "mlp.0."}, {"mlp.linear_2.", "mlp.3."}}};
constexpr std::string_view kTimmBlock = "blocks.";
constexpr std::string_view kTorchvisionBlock = "encoder.layers.encoder_layer_";

enum class Towards { kTorchvision, kTimm };

std::string_view from(const NamePair& pair, Towards way) {
  return way == Towards::kTorchvision ? pair.first : pair.second;
}
std::string_view to(const NamePair& pair, Towards way) {
  return way == Towards::kTorchvision ? pair.second : pair.first;
}

// The text with its start replaced by the table, or as it is.
std::string replaced_start(std::string_view text, std::span<const NamePair> table, Towards way) {
  for (const NamePair& pair : table) {
    if (text.starts_with(from(pair, way))) {
      return std::string(to(pair, way)) + std::string(text.substr(from(pair, way).size()));
    }
  }
  return std::string(text);
}

std::string translated(const std::string& name, Towards way) {
  for (const NamePair& pair : kWhole) {
    if (name == from(pair, way)) return std::string(to(pair, way));
  }
  const NamePair block{kTimmBlock, kTorchvisionBlock};
  if (!name.starts_with(from(block, way))) return replaced_start(name, kStarts, way);
  const std::size_t number = from(block, way).size();
  const std::size_t dot = name.find('.', number);
  if (dot == std::string::npos) return name;
  return std::string(to(block, way)) + name.substr(number, dot + 1 - number) +
         replaced_start(std::string_view(name).substr(dot + 1), kInBlock, way);
}

}  // namespace

std::string torchvision_vit_name(const std::string& timm_name) { return translated(timm_name, Towards::kTorchvision); }

std::string timm_vit_name(const std::string& torchvision_name) { return translated(torchvision_name, Towards::kTimm); }

std::string current_vit_name(const std::string& name) {
  if (!name.starts_with(kTorchvisionBlock)) return name;
  const std::size_t dot = name.find('.', kTorchvisionBlock.size());
  if (dot == std::string::npos) return name;
  return name.substr(0, dot + 1) +
         replaced_start(std::string_view(name).substr(dot + 1), kFormer, Towards::kTorchvision);
}

}  // namespace topfive::weights
