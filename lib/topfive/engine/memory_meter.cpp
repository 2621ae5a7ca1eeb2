#include "topfive/engine/memory_meter.h"

#include <algorithm>
#include <mutex>

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

namespace topfive::engine {

class MemoryMeter::Reporter : public c10::MemoryReportingInfoBase {
 public:
  explicit Reporter(c10::DeviceType device) : device_(device) {}

  void reportMemoryUsage(void* /*block*/, std::int64_t bytes, std::size_t /*allocated*/, std::size_t /*reserved*/,
                         c10::Device device) override {
    if (device.type() != device_) return;
    const std::lock_guard lock(mutex_);
    held_ += bytes;
    peak_ = std::max(peak_, held_);
  }
  bool memoryProfilingEnabled() const override { return true; }

  std::int64_t held() const {
    const std::lock_guard lock(mutex_);
    return held_;
  }
  std::int64_t peak() const {
    const std::lock_guard lock(mutex_);
    return peak_;
  }

 private:
  c10::DeviceType device_;
  mutable std::mutex mutex_;  // backward passes of a GPU run on threads of their own
  std::int64_t held_ = 0;
  std::int64_t peak_ = 0;
};

MemoryMeter::MemoryMeter(c10::DeviceType device) : reporter_(std::make_shared<Reporter>(device)) {
  c10::ThreadLocalDebugInfo::_push(c10::DebugInfoKind::PROFILER_STATE, reporter_);
}

MemoryMeter::~MemoryMeter() { c10::ThreadLocalDebugInfo::_pop(c10::DebugInfoKind::PROFILER_STATE); }

std::int64_t MemoryMeter::peak_bytes() const { return reporter_->peak(); }
std::int64_t MemoryMeter::held_bytes() const { return reporter_->held(); }

}  // namespace topfive::engine
