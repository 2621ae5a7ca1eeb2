#include <random>

#include "topfive/metrics/running_mean.h"

#include "support/catch.h"

namespace topfive::metrics {

TEST_CASE("the mean weighs each value by its count") {
  RunningMean mean;
  CHECK(mean.mean() == 0.0);
  mean.add(2.0, 3);
  mean.add(6.0);
  CHECK(mean.mean() == 3.0);
  CHECK(mean.state() == RunningMean::State{12.0, 4});
  mean.reset();
  CHECK(mean.state() == RunningMean::State{});
}

TEST_CASE("a mean that is stopped and resumed ends at exactly the same number") {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> values(-5.0, 9.0);
  RunningMean straight;
  RunningMean stopped;
  for (int i = 0; i < 1000; ++i) {
    const double value = values(random);
    straight.add(value, 1 + i % 5);
    stopped.add(value, 1 + i % 5);
    if (i % 37 == 0) stopped = RunningMean(stopped.state());
  }
  CHECK(stopped.mean() == straight.mean());
}

}  // namespace topfive::metrics
