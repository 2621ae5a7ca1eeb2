// A file of weights, whatever its format: names, types and shapes at once, values when asked for.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "topfive/weights/dtype.h"
#include "topfive/weights/safetensors_header.h"

namespace topfive::weights {

struct TensorOutline {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;  // empty for a scalar
  std::uint64_t bytes() const;      // dense
};

// Everything was checked when it was opened: no outline reaches beyond the file, and none is larger than the bytes
// behind it. Any number of threads may read at once.
class WeightSource {
 public:
  virtual ~WeightSource() = default;
  const std::vector<TensorOutline>& outlines() const { return outlines_; }
  const Metadata& metadata() const { return metadata_; }  // empty for .pth
  // The format and where in the file the weights were: "PyTorch zip, state dict under \"model\"".
  const std::string& description() const { return description_; }
  // Fills `out`, exactly the outline's bytes, with its elements, row-major and little-endian.
  virtual void read(std::size_t index, std::span<std::byte> out) const = 0;

 protected:
  std::vector<TensorOutline> outlines_;
  Metadata metadata_;
  std::string description_;
};

// Recognises safetensors and both formats of torch.save by their first bytes. Throws UserError: kInputMissing for no
// such file, kBadData for a damaged, hostile or unknown one, with what it seems to be and what to do.
std::unique_ptr<WeightSource> open_weights(const std::filesystem::path& path);

}  // namespace topfive::weights
