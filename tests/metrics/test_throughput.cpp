#include "topfive/metrics/throughput.h"

#include "support/catch.h"

namespace topfive::metrics {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A clock that stands still until it is moved.
struct HandClock {
  Throughput::Clock::time_point time{};
  Throughput::Now reader() {
    return [this] { return time; };
  }
};

}  // namespace

TEST_CASE("the rate is images over the time since the start until the window is full") {
  HandClock clock;
  Throughput throughput(seconds(10), clock.reader());
  CHECK(throughput.images_per_second() == 0.0);
  clock.time += seconds(2);
  throughput.add(100);
  CHECK(throughput.images_per_second() == Approx(50.0));
  clock.time += seconds(2);
  throughput.add(300);
  CHECK(throughput.images_per_second() == Approx(100.0));
}

TEST_CASE("what lies before the window is forgotten") {
  HandClock clock;
  Throughput throughput(seconds(10), clock.reader());
  for (int i = 0; i < 20; ++i) {
    clock.time += seconds(1);
    throughput.add(1000);
  }
  for (int i = 0; i < 20; ++i) {
    clock.time += seconds(1);
    throughput.add(10);
  }
  CHECK(throughput.images_per_second() == Approx(10.0));
}

TEST_CASE("a stall lowers the rate") {
  HandClock clock;
  Throughput throughput(seconds(10), clock.reader());
  clock.time += seconds(1);
  throughput.add(100);
  clock.time += seconds(9);
  CHECK(throughput.images_per_second() == Approx(10.0));
}

TEST_CASE("a restart leaves out the time before it") {
  HandClock clock;
  Throughput throughput(seconds(10), clock.reader());
  clock.time += seconds(100);
  throughput.restart();
  CHECK(throughput.images_per_second() == 0.0);
  clock.time += milliseconds(500);
  throughput.add(100);
  CHECK(throughput.images_per_second() == Approx(200.0));
}

}  // namespace topfive::metrics
