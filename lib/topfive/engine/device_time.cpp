#include "topfive/engine/device_time.h"

#include <chrono>

#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/cuda.h>

namespace topfive::engine {
namespace {

std::int64_t host_nanoseconds() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

}  // namespace

void DeviceTime::start() {
  wait_for_device();
  start_ = now();
  start_ns_ = host_nanoseconds();
}

Moment DeviceTime::now() const {
  if (!device_.is_cuda()) return {host_nanoseconds(), nullptr};
  const c10::impl::VirtualGuardImpl guard(device_.type());
  auto event = std::make_shared<c10::Event>(device_.type(), c10::EventFlag::BACKEND_DEFAULT);
  event->record(guard.getStream(device_));
  return {0, std::move(event)};
}

void DeviceTime::wait_for_device() const {
  if (device_.is_cuda()) torch::cuda::synchronize(device_.index());
}

std::int64_t DeviceTime::nanoseconds(const Moment& moment) const {
  if (!moment.event) return moment.host_ns;
  constexpr double kNanosecondsInMillisecond = 1e6;
  return start_ns_ + static_cast<std::int64_t>(kNanosecondsInMillisecond * start_.event->elapsedTime(*moment.event));
}

}  // namespace topfive::engine
