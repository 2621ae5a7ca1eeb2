// A batch of pictures in plain memory, and the lease under which the consumer holds it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>

namespace topfive::data {

// The label of a picture that could not be used and was left out of an evaluation; its pixels are black.
inline constexpr std::int64_t kLeftOut = -1;

// Buffers are allocated once, for capacity samples; a batch may hold fewer (the last one of an
// evaluation).
struct Batch {
  std::int64_t index = 0;  // the batch's number in the epoch, counted from 0
  int size = 0;            // samples in it
  int height = 0;
  int width = 0;
  int channels = 0;
  std::uint8_t* images = nullptr;      // [size, height, width, channels], RGB or grey
  std::int64_t* labels = nullptr;      // [size], or kLeftOut
  std::int64_t* sample_ids = nullptr;  // [size], the index in the source that was delivered
  float* colour_shift = nullptr;       // [size, 3], see augment::Sample
};

// Gives memory for pictures; the trainer passes one that pins it for CUDA.
using PixelAllocator = std::function<std::shared_ptr<std::uint8_t>(std::size_t bytes)>;

// Holds a batch until it is destroyed or released; the loader then fills the buffer again.
// Move-only.
class BatchLease {
 public:
  BatchLease() = default;
  BatchLease(const Batch* batch, std::function<void()> release) : batch_(batch), release_(std::move(release)) {}
  ~BatchLease() { release(); }
  BatchLease(BatchLease&& other) noexcept
      : batch_(std::exchange(other.batch_, nullptr)), release_(std::exchange(other.release_, {})) {}
  BatchLease& operator=(BatchLease&& other) noexcept {
    if (this != &other) {
      release();
      batch_ = std::exchange(other.batch_, nullptr);
      release_ = std::exchange(other.release_, {});
    }
    return *this;
  }
  BatchLease(const BatchLease&) = delete;
  BatchLease& operator=(const BatchLease&) = delete;

  explicit operator bool() const { return batch_ != nullptr; }
  const Batch& operator*() const { return *batch_; }
  const Batch* operator->() const { return batch_; }
  void release() {
    if (batch_ != nullptr && release_) release_();
    batch_ = nullptr;
    release_ = {};
  }

 private:
  const Batch* batch_ = nullptr;
  std::function<void()> release_;
};

}  // namespace topfive::data
