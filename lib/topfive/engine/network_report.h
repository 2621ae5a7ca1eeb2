// What `inspect model` prints about a network.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "topfive/models/layer_table.h"

namespace topfive::engine {

// Aligned columns: name, type, output, parameters, multiply-adds, activation memory; then the totals.
std::string network_text(const std::string& name, const models::LayerTable& table);

// An object with the keys name, input, parameters, auxiliary_parameters, macs, activation_bytes and layers; each layer
// with name, type, output_shape, parameters, macs and activation_bytes.
std::string network_json(const std::string& name, const models::LayerTable& table);

using NamedTable = std::pair<std::string, models::LayerTable>;

// The totals of several networks side by side, with the ratio to the first, and what small filters save: two 3x3 in
// the place of one 5x5 and three in that of one 7x7 (Simonyan, Zisserman 2014, section 2.3).
std::string comparison_text(const std::vector<NamedTable>& networks);

// All presets with their parameters, multiply-adds and descriptions.
std::string preset_list_text();

}  // namespace topfive::engine
