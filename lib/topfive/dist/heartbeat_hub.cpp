#include "topfive/dist/heartbeat_hub.h"

#include <algorithm>
#include <sstream>

namespace topfive::dist {
namespace {

using std::chrono::milliseconds;

std::string seconds_text(milliseconds time) { return std::to_string((time.count() + 500) / 1000) + " s"; }

}  // namespace

std::string beat_line(const Beat& beat) {
  return "beat " + std::to_string(beat.age.count()) + (beat.waiting ? " w " : " - ") + beat.where;
}

std::optional<Beat> parse_beat(const std::string& line) {
  std::istringstream stream(line);
  std::string word;
  std::string waiting;
  milliseconds::rep age = 0;
  Beat beat;
  if (!(stream >> word >> age >> waiting) || word != "beat" || age < 0) return std::nullopt;
  if (waiting != "w" && waiting != "-") return std::nullopt;
  stream.get();
  std::getline(stream, beat.where);
  beat.age = milliseconds(age);
  beat.waiting = waiting == "w";
  return beat;
}

HeartbeatHub::HeartbeatHub(int num_ranks, milliseconds timeout, milliseconds stall_timeout, Time now)
    : ranks_(static_cast<std::size_t>(num_ranks)), timeout_(timeout), stall_timeout_(stall_timeout) {
  for (Rank& rank : ranks_) rank.last_heard = now;
}

void HeartbeatHub::heard(int rank, const Beat& beat, Time now) {
  at(rank).state = State::kHere;
  at(rank).beat = beat;
  at(rank).last_heard = now;
}

void HeartbeatHub::left(int rank) { at(rank).state = State::kLeft; }

void HeartbeatHub::disconnected(int rank) {
  if (at(rank).state == State::kHere || at(rank).state == State::kExpected) at(rank).state = State::kDisconnected;
}

void HeartbeatHub::failed(int rank, const std::string& reason) {
  at(rank).state = State::kFailed;
  at(rank).reason = reason;
}

bool HeartbeatHub::all_left() const {
  return std::all_of(ranks_.begin(), ranks_.end(), [](const Rank& rank) { return rank.state == State::kLeft; });
}

std::string HeartbeatHub::verdict(Time now) const {
  // What a rank says of itself explains more than what is seen of it.
  for (std::size_t i = 0; i < ranks_.size(); ++i) {
    if (ranks_[i].state == State::kFailed) return judge(static_cast<int>(i), ranks_[i], now);
  }
  for (std::size_t i = 0; i < ranks_.size(); ++i) {
    std::string line = judge(static_cast<int>(i), ranks_[i], now);
    if (!line.empty()) return line;
  }
  return "";
}

std::string HeartbeatHub::judge(int number, const Rank& rank, Time now) const {
  const std::string who = "rank " + std::to_string(number);
  const std::string where = "; it was last known at " + rank.beat.where;
  const auto silence = std::chrono::duration_cast<milliseconds>(now - rank.last_heard);
  switch (rank.state) {
    case State::kLeft:
      return "";
    case State::kFailed:
      return who + " failed: " + rank.reason;
    case State::kDisconnected:
      return who + " ended without a word (killed, or crashed: see its own output)" + where;
    case State::kExpected:
      if (silence < timeout_) return "";
      return who + " did not come within " + seconds_text(silence) + "; was it started?";
    case State::kHere:
      break;
  }
  if (silence >= timeout_) {
    return who + " has not been heard of for " + seconds_text(silence) +
           " (stopped, its host hangs, or the network is down)" + where;
  }
  if (!rank.beat.waiting && rank.beat.age >= stall_timeout_) {
    return who + " has not moved for " + seconds_text(rank.beat.age) + where;
  }
  return "";
}

}  // namespace topfive::dist
