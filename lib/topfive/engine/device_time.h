// Moments of the device that computes, also where the host runs ahead of it.
#pragma once

#include <cstdint>
#include <memory>

#include <c10/core/Event.h>
#include <torch/types.h>

namespace topfive::engine {

// A moment that may be still to come: on CUDA, when the stream has got there.
struct Moment {
  std::int64_t host_ns = 0;           // on a CPU
  std::shared_ptr<c10::Event> event;  // on CUDA
};

// On a CPU the host's steady clock, which all processes of a host share; on CUDA events in the current stream, placed
// on that clock by the one time that start() waits for the device. now() may be called on any thread, also while others
// call it; the rest on one.
class DeviceTime {
 public:
  explicit DeviceTime(const torch::Device& device) : device_(device) {}

  void start();
  Moment now() const;
  void wait_for_device() const;
  // False: the device has not come to it, or never will.
  static bool reached(const Moment& moment) { return !moment.event || moment.event->query(); }
  // Of the host's steady clock, of a moment that is reached.
  std::int64_t nanoseconds(const Moment& moment) const;

 private:
  torch::Device device_;
  std::int64_t start_ns_ = 0;
  Moment start_;
};

}  // namespace topfive::engine
