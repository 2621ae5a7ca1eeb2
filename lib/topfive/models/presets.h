// Networks by the names that people use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "topfive/models/registry.h"

namespace topfive::models {

struct Preset {
  std::string_view name;         // "resnet50"
  std::string_view json;         // the "model" section of a config
  std::string_view description;  // what it is and where it comes from, in a few words
};

// In the order of the story.
const std::vector<Preset>& presets();

// The preset of a name, or of the name that torchvision, timm or DeiT have for it ("vit_b_16",
// "deit_tiny_patch16_224"); null if there is none.
const Preset* find_preset(std::string_view name);

// UserError(kUsage) for an unknown name, with the nearest known one.
ModelConfig preset_config(const std::string& name);

}  // namespace topfive::models
