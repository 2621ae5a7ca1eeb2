#include "topfive/dist/heartbeat_hub.h"

#include "support/catch.h"

using namespace topfive;
using dist::Beat;
using dist::HeartbeatHub;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr HeartbeatHub::Time kStart{seconds{1000}};

HeartbeatHub hub_of_three() { return {3, seconds{10}, seconds{60}, kStart}; }

Beat beat_at(const std::string& where, milliseconds age = milliseconds{0}, bool waiting = false) {
  return {where, age, waiting};
}

HeartbeatHub all_here() {
  HeartbeatHub hub = hub_of_three();
  for (const int rank : {0, 1, 2}) hub.heard(rank, beat_at("step 4, forward"), kStart);
  return hub;
}

}  // namespace

TEST_CASE("a beat survives its way as a line") {
  for (const Beat& beat : {beat_at("step 4, forward"), beat_at("step 9, waiting", milliseconds{1500}, true)}) {
    const auto read = dist::parse_beat(dist::beat_line(beat));
    REQUIRE(read);
    CHECK(read->where == beat.where);
    CHECK(read->age == beat.age);
    CHECK(read->waiting == beat.waiting);
  }
}

TEST_CASE("what is no beat is not taken for one") {
  for (const char* line : {"", "beat", "beat x - here", "beat -5 - here", "beat 5 q here", "bye", "hello 1"}) {
    INFO(line);
    CHECK_FALSE(dist::parse_beat(line));
  }
}

TEST_CASE("ranks that are heard of in time are all well") {
  HeartbeatHub hub = all_here();
  CHECK(hub.verdict(kStart + seconds{9}).empty());
  CHECK_FALSE(hub.all_left());
}

TEST_CASE("a silent rank is lost after the time-out, with the place where it was") {
  HeartbeatHub hub = all_here();
  for (const int rank : {0, 2}) hub.heard(rank, beat_at("step 5, forward"), kStart + seconds{9});
  CHECK(hub.verdict(kStart + milliseconds{9999}).empty());
  CHECK(hub.verdict(kStart + seconds{10}) ==
        "rank 1 has not been heard of for 10 s (stopped, its host hangs, or the network is down); it was last known at "
        "step 4, forward");
}

TEST_CASE("a rank whose connection ends is lost at once, unless it had left") {
  HeartbeatHub hub = all_here();
  hub.left(2);
  hub.disconnected(2);
  CHECK(hub.verdict(kStart).empty());
  hub.disconnected(1);
  CHECK(hub.verdict(kStart) ==
        "rank 1 ended without a word (killed, or crashed: see its own output); it was last known at step 4, forward");
}

TEST_CASE("a rank's own word explains more than the loss of another") {
  HeartbeatHub hub = all_here();
  hub.disconnected(1);
  hub.failed(2, "the disk is full");
  CHECK(hub.verdict(kStart) == "rank 2 failed: the disk is full");
}

TEST_CASE("a rank that never comes is missed after the time-out") {
  HeartbeatHub hub = hub_of_three();
  for (const int rank : {0, 1}) hub.heard(rank, beat_at("its start"), kStart + seconds{9});
  CHECK(hub.verdict(kStart + seconds{9}).empty());
  CHECK(hub.verdict(kStart + seconds{10}) == "rank 2 did not come within 10 s; was it started?");
}

TEST_CASE("a pulse that stands still is a loss, except where the rank waits for the others") {
  HeartbeatHub hub = all_here();
  hub.heard(1, beat_at("step 4, waiting for the other ranks", seconds{70}, true), kStart);
  CHECK(hub.verdict(kStart).empty());
  hub.heard(2, beat_at("step 4, loading data", seconds{61}), kStart);
  CHECK(hub.verdict(kStart) == "rank 2 has not moved for 61 s; it was last known at step 4, loading data");
}

TEST_CASE("all have left when each has said so") {
  HeartbeatHub hub = all_here();
  for (const int rank : {0, 1, 2}) {
    CHECK_FALSE(hub.all_left());
    hub.left(rank);
  }
  CHECK(hub.all_left());
}
