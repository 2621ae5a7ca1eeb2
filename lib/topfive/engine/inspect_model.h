// What `inspect model` does.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace topfive::engine {

struct InspectModelRequest {
  std::string model;                 // a preset's name or a config file; empty: list the presets
  std::vector<std::string> compare;  // names to set side by side
  int image_size = 0;                // 0: the network's nominal one
  bool json = false;
  std::filesystem::path diagram;  // SVG; empty for none
};

// The text to print. Writes the diagram if asked for. UserError(kUsage) for an unknown network.
std::string inspect_model(const InspectModelRequest& request);

}  // namespace topfive::engine
