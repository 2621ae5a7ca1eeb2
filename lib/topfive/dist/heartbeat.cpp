#include "topfive/dist/heartbeat.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "topfive/dist/heartbeat_hub.h"
#include "topfive/dist/heartbeat_sides.h"

namespace topfive::dist {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Often enough that a loss is told within a second of the time-out.
milliseconds tick_of(milliseconds timeout) { return std::clamp(timeout / 10, milliseconds{20}, milliseconds{500}); }

}  // namespace

class Heartbeat::Impl {
 public:
  Impl(const World& world, std::uint16_t port, HeartbeatOptions options)
      : options_(std::move(options)), rank_(world.rank), side_(make_heartbeat_side(world, port, options_)) {
    thread_ = std::jthread([this](const std::stop_token& stop) { beat_until(stop); });
  }

  std::uint16_t port() const { return side_->port(); }
  Pulse& pulse() { return pulse_; }

  void leave(const std::string& failure) {
    std::unique_lock lock(mutex_);
    leaving_ = true;
    failure_ = failure;
    // The thread says it, and rank 0 stays until all others have said it.
    done_changed_.wait(lock, [this] { return done_; });
  }

 private:
  void beat_until(const std::stop_token& stop) {
    while (!stop.stop_requested() && !turn()) side_->wait(tick_of(options_.timeout));
    const std::lock_guard lock(mutex_);
    done_ = true;
    done_changed_.notify_all();
  }

  // One round of telling and hearing; true: this rank's heartbeat is over.
  bool turn() {
    const auto [leaving, failure] = plans();
    if (leaving && !failure.empty()) {
      side_->tell_failure(failure);
      return true;
    }
    const std::string lost = side_->exchange(own_beat(), leaving, Clock::now());
    if (!lost.empty()) {
      options_.on_lost(lost + (leaving ? "" : "; rank " + std::to_string(rank_) + " was at " + pulse_.text()));
      return true;
    }
    return leaving && side_->may_leave();
  }

  std::pair<bool, std::string> plans() {
    const std::lock_guard lock(mutex_);
    return {leaving_, failure_};
  }

  Beat own_beat() const {
    const bool waiting = pulse_.phase() == kWithOtherRanks;
    return {pulse_.text(), pulse_.age(), waiting};
  }

  HeartbeatOptions options_;
  int rank_;
  Pulse pulse_;
  std::unique_ptr<HeartbeatSide> side_;  // of the thread, once it runs
  std::mutex mutex_;
  std::condition_variable done_changed_;
  bool leaving_ = false;
  std::string failure_;
  bool done_ = false;
  std::jthread thread_;  // Last: it uses what stands above.
};

Heartbeat::Heartbeat(const World& world, std::uint16_t port, HeartbeatOptions options)
    : impl_(std::make_unique<Impl>(world, port, std::move(options))) {}

Heartbeat::~Heartbeat() = default;

std::uint16_t Heartbeat::port() const { return impl_->port(); }
Pulse& Heartbeat::pulse() { return impl_->pulse(); }
void Heartbeat::leave() { impl_->leave(""); }
void Heartbeat::leave_failed(const std::string& reason) { impl_->leave(reason); }

}  // namespace topfive::dist
