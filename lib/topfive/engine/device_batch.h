// Moves a batch to the device and turns bytes into normalised numbers there.
#pragma once

#include <memory>
#include <vector>

#include <torch/types.h>

#include "topfive/data/batch.h"

namespace topfive::engine {

struct DeviceBatch {
  torch::Tensor images;  // [N, C, H, W] float32, channels-last in memory unless asked otherwise
  torch::Tensor labels;  // [N] int64
};

// out = (pixel / 255 + colour_shift - mean) / std, per channel. Not thread-safe: one training thread.
class DeviceBatchMaker {
 public:
  // mean and std are in [0, 1] units and hold one value, or one for each channel.
  DeviceBatchMaker(torch::Device device, std::vector<double> mean, std::vector<double> std, bool channels_last);

  // The result owns its memory. On CUDA the copies run on a stream of their own, beside the kernels of the steps
  // before: only after finish_copies() may the lease of `batch` be given back.
  DeviceBatch make(const data::Batch& batch) const;
  // Waits for the copies out of the batch, not for the kernels; free on the CPU.
  void finish_copies() const;

 private:
  struct Raw;
  class CopyStream;

  torch::Tensor normalise_on_cpu(const data::Batch& batch) const;
  DeviceBatch make_on_device(const data::Batch& batch) const;
  Raw copy_to_device(const data::Batch& batch) const;

  torch::Device device_;
  std::vector<double> mean_;
  std::vector<double> std_;
  bool channels_last_;
  std::shared_ptr<CopyStream> copies_;
};

// Pinned memory for copies to CUDA, plain aligned memory otherwise.
data::PixelAllocator pixel_allocator(const torch::Device& device);

}  // namespace topfive::engine
