// A picture of a network.
#pragma once

#include <string>

#include "topfive/models/layer_table.h"

namespace topfive::engine {

// An SVG of the network from the input on the left to the scores on the right, in rows. Each block stands for a part of
// the network, by its name: a layer, or all layers of one stage, module or encoder layer. Its height follows the side
// of the maps, its width the number of channels, its colour what it mostly is; a run of equal blocks is drawn once with
// its count. Below stand the output's shape and the parameters.
std::string network_diagram(const std::string& name, const models::LayerTable& table);

}  // namespace topfive::engine
