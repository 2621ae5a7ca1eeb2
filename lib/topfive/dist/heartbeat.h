// Tells every rank of a run, soon and by name, when one of them is lost.
//
// Collectives tell late and little: a rank that waits for another one cannot know which of them died, and why. So each
// process has a thread of its own that does nothing but talk to rank 0 over TCP, a line a second, whatever the thread
// that trains is doing. Rank 0 hears all and tells all. A rank that is killed closes its connection, which is noticed
// at once; one that is stopped, or whose network is gone, falls silent, which is noticed after the time-out; one that
// hangs outside of a collective is noticed because its pulse no longer changes.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "topfive/dist/pulse.h"
#include "topfive/dist/world.h"

namespace topfive::dist {

struct HeartbeatOptions {
  std::chrono::milliseconds timeout{std::chrono::seconds{120}};
  // How long a rank may go without a new pulse where it does not wait for the others, such as in reading a batch from
  // a file system that hangs.
  std::chrono::milliseconds stall_timeout{std::chrono::seconds{600}};
  // Called once, on the heartbeat's thread, with a line that names the lost rank, where it was, and the cause. The
  // process should end: the training thread may be within a collective that never returns.
  std::function<void(const std::string& line)> on_lost;
};

class Heartbeat {
 public:
  // Rank 0 listens on the world's master address, on a port that port() tells; the others connect to `port`.
  // UserError(kPeerFailed) where rank 0 does not answer within the time-out.
  Heartbeat(const World& world, std::uint16_t port, HeartbeatOptions options);
  // Leaves without a word, as a rank that is lost does.
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  std::uint16_t port() const;
  Pulse& pulse();

  // This rank has done its work: from now on nobody misses it. Rank 0 waits until all others have left, or are lost.
  void leave();
  // This rank cannot go on, for a reason of its own that all others are told.
  void leave_failed(const std::string& reason);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace topfive::dist
