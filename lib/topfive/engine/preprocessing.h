// What a picture goes through before the network, as it travels in the metadata of a weight file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "topfive/engine/run_config.h"
#include "topfive/weights/safetensors_header.h"

namespace topfive::engine {

struct Preprocessing {
  std::vector<augment::TransformConfig> transforms;  // of augment.eval: resize, crop, filter
  int channels = 3;
  std::vector<double> mean = {0.485, 0.456, 0.406};
  std::vector<double> std = {0.229, 0.224, 0.225};
  static const base::Fields<Preprocessing>& fields();
};

// ImageNet's usual one: shorter side to `size` * 256 / 224 by Pillow's bilinear filter, centre crop of `size`.
Preprocessing usual_preprocessing(int size, int channels);

// Keys topfive.preprocessing, topfive.model and topfive.class_names, each JSON; and format: pt, which Python's loaders
// ask for.
weights::Metadata weight_metadata(const RunConfig& config, const std::vector<std::string>& class_names);

// What a file says about itself; nothing where it says nothing. `file` stands for it in messages: UserError(kBadData)
// where it says what cannot be.
struct WeightFacts {
  std::optional<Preprocessing> preprocessing;
  std::optional<models::ModelConfig> model;
  std::vector<std::string> class_names;
};
WeightFacts read_weight_facts(const weights::Metadata& metadata, const std::string& file);

}  // namespace topfive::engine
