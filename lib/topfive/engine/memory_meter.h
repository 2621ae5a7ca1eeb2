// How much memory tensors take while something runs.
#pragma once

#include <cstdint>
#include <memory>

#include <c10/core/Device.h>

namespace topfive::engine {

// While it lives, it sees every block that LibTorch's allocator of one kind of device hands out and takes back on this
// thread, and in backward passes that this thread starts; by the allocator's own account, so that the figures do not
// depend on what the C library keeps. Costs some nanoseconds a block.
class MemoryMeter {
 public:
  explicit MemoryMeter(c10::DeviceType device);
  ~MemoryMeter();
  MemoryMeter(const MemoryMeter&) = delete;
  MemoryMeter& operator=(const MemoryMeter&) = delete;

  std::int64_t peak_bytes() const;  // the most that was held at once above what was held at the beginning
  std::int64_t held_bytes() const;  // now; negative where more was given back than taken

 private:
  class Reporter;
  std::shared_ptr<Reporter> reporter_;
};

}  // namespace topfive::engine
