#include "topfive/dataset/ordered_pass.h"

#include <atomic>
#include <csignal>
#include <numeric>
#include <stdexcept>

#include "support/catch.h"

using topfive::dataset::ordered_pass;

TEST_CASE("results are taken in order whatever the number of threads", "[dataset]") {
  const int threads = GENERATE(1, 2, 8);
  std::vector<std::int64_t> taken;
  const bool whole = ordered_pass<std::int64_t>(
      1000, threads, [](std::int64_t index, int) { return index * index; },
      [&](std::int64_t index, std::int64_t square) {
        CHECK(square == index * index);
        taken.push_back(index);
      });
  CHECK(whole);
  std::vector<std::int64_t> expected(1000);
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(taken == expected);
}

TEST_CASE("no more than a few results wait for their turn", "[dataset]") {
  std::atomic<std::int64_t> made = 0;
  std::atomic<std::int64_t> most_waiting = 0;
  std::int64_t taken = 0;
  ordered_pass<int>(
      500, 2, [&](std::int64_t, int) { return static_cast<int>(++made); },
      [&](std::int64_t, int) { most_waiting = std::max(most_waiting.load(), made - taken++); });
  CHECK(most_waiting <= 4 * 2 + 1);
}

TEST_CASE("the first error in order ends a pass and comes out", "[dataset]") {
  std::int64_t taken = 0;
  const auto make = [](std::int64_t index, int) {
    if (index == 7 || index == 9) throw std::runtime_error("item " + std::to_string(index));
    return 0;
  };
  CHECK_THROWS_WITH(ordered_pass<int>(100, 4, make, [&](std::int64_t, int) { ++taken; }), "item 7");
  CHECK(taken == 7);
  CHECK_THROWS_WITH(
      ordered_pass<int>(
          100, 4, [](std::int64_t, int) { return 0; }, [](std::int64_t, int) { throw std::runtime_error("no more"); }),
      "no more");
}

TEST_CASE("nothing to do is done at once", "[dataset]") {
  CHECK(ordered_pass<int>(
      0, 3, [](std::int64_t, int) { return 0; }, [](std::int64_t, int) {}));
}

TEST_CASE("a signal ends a pass", "[dataset]") {
  topfive::base::install_stop_handlers();
  std::int64_t taken = 0;
  const auto make = [](std::int64_t index, int) {
    if (index == 3) std::raise(SIGTERM);
    while (index > 3 && !topfive::base::stop_requested()) std::this_thread::yield();
    return 0;
  };
  CHECK_FALSE(ordered_pass<int>(100'000, 2, make, [&](std::int64_t, int) { ++taken; }));
  CHECK(taken <= 3);
  topfive::base::reset_stop_request();
}

TEST_CASE("zero threads stand for the cores that may be used", "[dataset]") {
  CHECK(topfive::dataset::threads_or_default(0) >= 1);
  CHECK(topfive::dataset::threads_or_default(7) == 7);
}
