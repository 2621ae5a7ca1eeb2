// The names of a vision transformer's parameters in three dialects.
#pragma once

#include <string>

namespace topfive::weights {

// timm's and DeiT's name in torchvision's spelling: blocks.3.attn.qkv.weight becomes
// encoder.layers.encoder_layer_3.self_attention.in_proj_weight. Other names stay as they are. Shapes and values are the
// same in both.
std::string torchvision_vit_name(const std::string& timm_name);
// The way back.
std::string timm_vit_name(const std::string& torchvision_name);

// torchvision's own earlier spelling (mlp.linear_1, mlp.linear_2), which its published files still have, in today's.
std::string current_vit_name(const std::string& name);

}  // namespace topfive::weights
