// Which layer of a network a parameter belongs to, read from the names; for rates that differ by depth, as in BEiT
// (Bao et al. 2021, arXiv 2106.08254, section 3.2) and timm.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace topfive::optim {

struct LayerOrder {
  std::vector<std::size_t> layers;  // one a parameter, from 0 at the input
  std::size_t num_layers = 0;       // the last one is the classifier
};

struct NamedShape {
  std::string name;
  std::size_t dimensions = 0;
};

// The parameters in the module's order. A layer is, in
//   ViT                 what stands before the blocks, each encoder_layer_i, the heads;
//   ResNet              what stands before the blocks, each layerK.i, fc;
//   VGG, torchvision's AlexNet   each features.N and classifier.N;
//   any other network   each module at the top.
// Modules that hold one-dimensional parameters only (normalisation, learned activations) belong to the layer before
// them. Auxiliary heads belong to the classifier's layer, and the columns of a network in two columns share theirs.
LayerOrder layer_order(const std::vector<NamedShape>& parameters);

}  // namespace topfive::optim
