// Moves a batch to the device and turns bytes into normalised numbers there.
#pragma once

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

  // The result owns its memory (on CUDA once the current stream has passed the copy): after finish_copies() the lease
  // of `batch` may be given back.
  DeviceBatch make(const data::Batch& batch) const;
  // Waits for the copies out of pinned memory; free on the CPU.
  void finish_copies() const;

 private:
  torch::Tensor normalise_on_cpu(const data::Batch& batch) const;
  torch::Tensor normalise_on_device(const data::Batch& batch) const;

  torch::Device device_;
  std::vector<double> mean_;
  std::vector<double> std_;
  bool channels_last_;
};

// Pinned memory for copies to CUDA, plain aligned memory otherwise.
data::PixelAllocator pixel_allocator(const torch::Device& device);

}  // namespace topfive::engine
