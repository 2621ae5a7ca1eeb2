// What a heartbeat's thread does in each round: rank 0 hears all and judges, the others tell rank 0 and believe it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "topfive/dist/heartbeat.h"
#include "topfive/dist/heartbeat_hub.h"
#include "topfive/dist/world.h"

namespace topfive::dist {

// One thread.
class HeartbeatSide {
 public:
  using Time = HeartbeatHub::Time;

  virtual ~HeartbeatSide() = default;
  virtual std::uint16_t port() const = 0;
  // Until something comes in, but no longer than so.
  virtual void wait(std::chrono::milliseconds time) = 0;
  // Tells the own beat, or that this rank leaves, and hears the others. Returns the loss that is known by now, or
  // nothing.
  virtual std::string exchange(const Beat& own, bool leaving, Time now) = 0;
  // After an exchange with `leaving`: nobody needs this rank any more.
  virtual bool may_leave() const = 0;
  virtual void tell_failure(const std::string& reason) = 0;
};

// Rank 0's or another rank's.
std::unique_ptr<HeartbeatSide> make_heartbeat_side(const World& world, std::uint16_t port,
                                                   const HeartbeatOptions& options);

}  // namespace topfive::dist
