// What a network is made of, layer by layer, measured by running it once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "topfive/models/registry.h"

namespace topfive::models {

struct LayerRow {
  std::string name;                        // "layer1.0.conv1"; a step without parameters has the name of its operation
  std::string type;                        // "Conv2d 3x3/2, 64"
  std::vector<std::int64_t> output_shape;  // of one picture: [C, H, W] or [C]
  std::int64_t parameters = 0;
  std::int64_t macs = 0;              // multiply-adds for one picture
  std::int64_t activation_bytes = 0;  // of the output, as float32
};

struct LayerTable {
  std::vector<LayerRow> layers;
  std::vector<std::int64_t> input_shape;  // [C, H, W]
  std::int64_t parameters = 0;            // of the network as it evaluates, which is what is published
  std::int64_t auxiliary_parameters = 0;  // of heads that only training has; they have no rows
  std::int64_t macs = 0;
  std::int64_t activation_bytes = 0;
  std::int64_t layers_with_weights = 0;  // convolutions and linear layers
};

// Runs the network once in evaluation mode on one empty picture of that side, or of its nominal size where that is 0.
// Counted as multiply-adds are convolutions, linear layers and the two products of attention, as torchvision counts
// its published GFLOPs; normalisation, activation and pooling are not. No weights are drawn and no arithmetic is done,
// so the largest network takes a moment. UserError(kConfig) if the network does not take the size.
LayerTable layer_table(const ModelConfig& config, int image_size = 0);

}  // namespace topfive::models
