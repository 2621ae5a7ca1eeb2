// Tensors in safetensors files.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "topfive/weights/safetensors_file.h"
#include "topfive/weights/safetensors_header.h"

namespace topfive::weights {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

struct TensorFile {
  NamedTensors tensors;  // on the CPU, dense and row-major, in the order in which they were saved
  Metadata metadata;
};

// The bytes of a file (see encode_safetensors), for those who write it themselves. What save_tensors() says of tensors
// holds here too.
void encode_tensors(const NamedTensors& tensors, const Metadata& metadata, const SafetensorsSink& write);

// Writes a new file (see write_safetensors). Tensors may live on any device and in any memory
// format; they are stored row-major. A dtype that the format lacks, such as complex numbers, is a
// bug of the caller (TORCH_CHECK).
void save_tensors(const std::filesystem::path& path, const NamedTensors& tensors, const Metadata& metadata = {});

// Reads a file of a stranger: the header is checked in full before memory is taken, so a load never
// needs more than the file is long. Throws UserError as SafetensorsFile does.
TensorFile load_tensors(const std::filesystem::path& path);

}  // namespace topfive::weights
