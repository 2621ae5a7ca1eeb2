// Rank 0's side of the heartbeat: who has been heard of, and what that means. No sockets and no clock of its own.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace topfive::dist {

// A line of a rank about itself, as it goes over the network: "beat <age in ms> <w|-> <where>".
struct Beat {
  std::string where;                 // "step 120, loading data"
  std::chrono::milliseconds age{0};  // of its pulse
  bool waiting = false;              // for the other ranks
};
std::string beat_line(const Beat& beat);
// None where the line is no beat.
std::optional<Beat> parse_beat(const std::string& line);

// One thread. Times are those of a steady clock, as the caller reads it.
class HeartbeatHub {
 public:
  using Time = std::chrono::steady_clock::time_point;

  HeartbeatHub(int num_ranks, std::chrono::milliseconds timeout, std::chrono::milliseconds stall_timeout, Time now);

  void heard(int rank, const Beat& beat, Time now);
  void left(int rank);
  // Its connection has ended; no loss where it had left before.
  void disconnected(int rank);
  void failed(int rank, const std::string& reason);

  bool all_left() const;
  // The first loss that is known by now, as a line for people; empty where all is well.
  std::string verdict(Time now) const;

 private:
  enum class State { kExpected, kHere, kLeft, kDisconnected, kFailed };
  struct Rank {
    State state = State::kExpected;
    Beat beat;
    Time last_heard;
    std::string reason;
  };

  std::string judge(int number, const Rank& rank, Time now) const;
  Rank& at(int rank) { return ranks_[static_cast<std::size_t>(rank)]; }

  std::vector<Rank> ranks_;
  std::chrono::milliseconds timeout_;
  std::chrono::milliseconds stall_timeout_;
};

}  // namespace topfive::dist
