#include "topfive/engine/device_batch.h"

#include <array>
#include <utility>

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/types.h>

#if defined(TOPFIVE_HAS_CUDA)
#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDAGuard.h>
#endif

namespace topfive::engine {
namespace {

// A whole number of pixels of 1 or 3 channels that also fills vector registers.
constexpr std::int64_t kPattern = 48;

struct Affine {
  std::array<float, kPattern> scale;
  std::array<float, kPattern> offset;
};

// The loop below has a constant length and no dependence on the channel, so the compiler vectorises it; LibTorch's own
// broadcast over three interleaved channels would run an inner loop of length three.
void apply_pattern(const std::uint8_t* pixels, std::int64_t count, const Affine& affine, float* out) {
  std::int64_t i = 0;
  for (; i + kPattern <= count; i += kPattern) {
    for (std::int64_t j = 0; j < kPattern; ++j) {
      const auto lane = static_cast<std::size_t>(j);
      out[i + j] = static_cast<float>(pixels[i + j]) * affine.scale[lane] + affine.offset[lane];
    }
  }
  for (std::int64_t j = 0; i + j < count; ++j) {
    const auto lane = static_cast<std::size_t>(j);
    out[i + j] = static_cast<float>(pixels[i + j]) * affine.scale[lane] + affine.offset[lane];
  }
}

std::vector<double> one_per_channel(std::vector<double> values, int channels) {
  if (values.size() == 1) values.resize(static_cast<std::size_t>(channels), values[0]);
  TORCH_CHECK(values.size() == static_cast<std::size_t>(channels), "mean and std need a value per channel");
  return values;
}

}  // namespace

// Copies on a stream beside the one that computes. Without CUDA's headers everything runs on one stream.
class DeviceBatchMaker::CopyStream {
 public:
#if defined(TOPFIVE_HAS_CUDA)
  explicit CopyStream(const torch::Device& device) : stream_(c10::cuda::getStreamFromPool(false, device.index())) {}

  // Runs `copy` on the stream; the computing stream goes on only once its results are there.
  template <class Copy>
  auto run(const Copy& copy) {
    auto result = [&] {
      const c10::cuda::CUDAStreamGuard guard(stream_);
      return copy();
    }();
    at::cuda::CUDAEvent copied;
    copied.record(stream_);
    const auto computing = c10::cuda::getCurrentCUDAStream(stream_.device_index());
    copied.block(computing);
    // The memory belongs to the copying stream; it must not be given out again while kernels read it.
    result.for_each([&](const torch::Tensor& tensor) { tensor.record_stream(computing.unwrap()); });
    return result;
  }
  void wait() { stream_.synchronize(); }

 private:
  c10::cuda::CUDAStream stream_;
#else
  explicit CopyStream(const torch::Device& device) : device_(device) {}

  template <class Copy>
  auto run(const Copy& copy) {
    return copy();
  }
  void wait() { torch::cuda::synchronize(device_.index()); }

 private:
  torch::Device device_;
#endif
};

// A batch as it lies on the device before it is normalised.
struct DeviceBatchMaker::Raw {
  torch::Tensor bytes;   // [N, H, W, C] uint8
  torch::Tensor scale;   // [1, C, 1, 1] float32
  torch::Tensor offset;  // [N, C, 1, 1] float32
  torch::Tensor labels;  // [N] int64

  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const torch::Tensor* tensor : {&bytes, &scale, &offset, &labels}) visit(*tensor);
  }
};

DeviceBatchMaker::DeviceBatchMaker(torch::Device device, std::vector<double> mean, std::vector<double> std,
                                   bool channels_last)
    : device_(device), mean_(std::move(mean)), std_(std::move(std)), channels_last_(channels_last) {
  if (device.is_cuda()) copies_ = std::make_shared<CopyStream>(device);
}

DeviceBatch DeviceBatchMaker::make(const data::Batch& batch) const {
  if (!device_.is_cpu()) return make_on_device(batch);
  DeviceBatch result;
  result.images = normalise_on_cpu(batch);
  if (!channels_last_) result.images = result.images.contiguous();
  result.labels = torch::from_blob(batch.labels, {batch.size}, torch::kInt64).clone();
  return result;
}

void DeviceBatchMaker::finish_copies() const {
  if (copies_) copies_->wait();
}

torch::Tensor DeviceBatchMaker::normalise_on_cpu(const data::Batch& batch) const {
  const int channels = batch.channels;
  const auto mean = one_per_channel(mean_, channels);
  const auto std = one_per_channel(std_, channels);
  const std::int64_t count = std::int64_t{batch.height} * batch.width * channels;
  auto nhwc = torch::empty({batch.size, batch.height, batch.width, channels});
  float* out = nhwc.data_ptr<float>();
  at::parallel_for(0, batch.size, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) {
      Affine affine;
      for (std::int64_t j = 0; j < kPattern; ++j) {
        const auto lane = static_cast<std::size_t>(j);
        const auto c = static_cast<std::size_t>(j % channels);
        const double shift = batch.colour_shift[n * 3 + static_cast<std::int64_t>(c)];
        affine.scale[lane] = static_cast<float>(1.0 / (255.0 * std[c]));
        affine.offset[lane] = static_cast<float>((shift - mean[c]) / std[c]);
      }
      apply_pattern(batch.images + n * count, count, affine, out + n * count);
    }
  });
  return nhwc.permute({0, 3, 1, 2});  // [N, C, H, W], channels-last in memory
}

DeviceBatchMaker::Raw DeviceBatchMaker::copy_to_device(const data::Batch& batch) const {
  const int channels = batch.channels;
  const auto double_options = torch::TensorOptions().dtype(torch::kDouble);
  const auto mean = torch::tensor(one_per_channel(mean_, channels), double_options);
  const auto std = torch::tensor(one_per_channel(std_, channels), double_options);
  const auto shift =
      torch::from_blob(batch.colour_shift, {batch.size, 3}, torch::kFloat32).narrow(1, 0, channels).to(torch::kDouble);
  const auto scale = (1.0 / (255.0 * std)).to(torch::kFloat32).view({1, channels, 1, 1});
  const auto offset = ((shift - mean) / std).to(torch::kFloat32).view({batch.size, channels, 1, 1});
  const auto bytes = torch::from_blob(batch.images, {batch.size, batch.height, batch.width, channels}, torch::kUInt8);
  const auto labels = torch::from_blob(batch.labels, {batch.size}, torch::kInt64);
  // The pixels lie in pinned memory, so their copy returns at once.
  return {bytes.to(device_, /*non_blocking=*/true), scale.to(device_), offset.to(device_), labels.to(device_)};
}

DeviceBatch DeviceBatchMaker::make_on_device(const data::Batch& batch) const {
  const auto copy = [&] { return copy_to_device(batch); };
  const Raw raw = copies_ ? copies_->run(copy) : copy();
  auto images = torch::addcmul(raw.offset, raw.bytes.permute({0, 3, 1, 2}).to(torch::kFloat32), raw.scale);
  if (!channels_last_) images = images.contiguous();
  return {images, raw.labels};
}

data::PixelAllocator pixel_allocator(const torch::Device& device) {
  const bool pinned = device.is_cuda();
  return [pinned](std::size_t bytes) {
    const auto options = torch::TensorOptions().dtype(torch::kUInt8).pinned_memory(pinned);
    auto memory = torch::empty({static_cast<std::int64_t>(bytes)}, options);
    auto* start = memory.data_ptr<std::uint8_t>();
    return std::shared_ptr<std::uint8_t>(start, [memory](std::uint8_t*) {});
  };
}

}  // namespace topfive::engine
