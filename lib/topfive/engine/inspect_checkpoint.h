// What `inspect checkpoint` does.
#pragma once

#include <filesystem>
#include <string>

namespace topfive::engine {

struct InspectCheckpointRequest {
  std::filesystem::path path;  // a run directory, a checkpoint in it, or a weight file
  bool tensors = false;        // also name, type, shape and values of every tensor
  bool json = false;
  std::filesystem::path write;  // the weights as safetensors; must not exist yet; empty for none
  bool timm_names = false;      // of a vision transformer, in what is written
};

// The text to print. A checkpoint is verified against its manifest first. UserError as the readers of either.
std::string inspect_checkpoint(const InspectCheckpointRequest& request);

}  // namespace topfive::engine
