#include "topfive/base/bounded_queue.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "support/catch.h"

using namespace topfive::base;

TEST_CASE("items leave the queue in the order they came") {
  BoundedQueue<int> queue(3);
  for (const int value : {1, 2, 3}) REQUIRE(queue.push(value));
  CHECK(queue.size() == 3);
  for (const int value : {1, 2, 3}) CHECK(queue.pop() == value);
  CHECK(queue.size() == 0);
}

TEST_CASE("a closed queue takes nothing more but gives what it holds") {
  BoundedQueue<std::unique_ptr<int>> queue(2);
  REQUIRE(queue.push(std::make_unique<int>(5)));
  queue.close();
  queue.close();
  CHECK_FALSE(queue.push(std::make_unique<int>(6)));
  const auto item = queue.pop();
  REQUIRE(item.has_value());
  CHECK(**item == 5);
  CHECK_FALSE(queue.pop().has_value());
}

TEST_CASE("closing wakes every waiting consumer") {
  BoundedQueue<int> queue(1);
  std::atomic<int> ended{0};
  std::vector<std::jthread> consumers;
  for (int i = 0; i < 4; ++i) {
    consumers.emplace_back([&] {
      while (queue.pop().has_value()) {
      }
      ++ended;
    });
  }
  REQUIRE(queue.push(1));
  queue.close();
  consumers.clear();
  CHECK(ended == 4);
}

TEST_CASE("closing wakes a producer that waits for room, and its value is not taken in") {
  BoundedQueue<int> queue(1);
  REQUIRE(queue.push(1));
  std::atomic<bool> taken{true};
  std::jthread producer([&] { taken = queue.push(2); });
  queue.close();
  producer.join();
  CHECK_FALSE(taken);
  CHECK(queue.pop() == 1);
  CHECK_FALSE(queue.pop().has_value());
}

TEST_CASE("a stop request wakes waiting producers and consumers") {
  BoundedQueue<int> empty(1);
  BoundedQueue<int> full(1);
  REQUIRE(full.push(1));
  std::atomic<int> woken{0};
  {
    std::jthread consumer([&](const std::stop_token& stop) { woken += empty.pop(stop) ? 0 : 1; });
    std::jthread producer([&](const std::stop_token& stop) { woken += full.push(2, stop) ? 0 : 1; });
  }
  CHECK(woken == 2);
  CHECK(full.size() == 1);
}

TEST_CASE("many producers and consumers pass every item once, within the capacity") {
  constexpr int kProducers = 3;
  constexpr int kConsumers = 3;
  constexpr int kItems = 2000;
  BoundedQueue<int> queue(4);
  std::vector<std::vector<int>> received(kConsumers);
  std::atomic<std::size_t> largest{0};
  {
    std::vector<std::jthread> consumers;
    for (auto& mine : received) {
      consumers.emplace_back([&] {
        while (const auto item = queue.pop()) {
          mine.push_back(*item);
          std::size_t seen = largest;
          const std::size_t now = queue.size();
          while (now > seen && !largest.compare_exchange_weak(seen, now)) {
          }
        }
      });
    }
    std::vector<std::jthread> producers;
    for (int p = 0; p < kProducers; ++p) {
      producers.emplace_back([&queue, p] {
        for (int i = 0; i < kItems; ++i) queue.push(p * kItems + i);
      });
    }
    producers.clear();
    queue.close();
  }
  std::vector<int> all;
  for (const auto& mine : received) {
    // What one consumer gets from one producer keeps that producer's order.
    for (int p = 0; p < kProducers; ++p) {
      std::vector<int> own;
      std::copy_if(mine.begin(), mine.end(), std::back_inserter(own), [p](int item) { return item / kItems == p; });
      CHECK(std::is_sorted(own.begin(), own.end()));
    }
    all.insert(all.end(), mine.begin(), mine.end());
  }
  std::sort(all.begin(), all.end());
  REQUIRE(all.size() == kProducers * kItems);
  for (int i = 0; i < kProducers * kItems; ++i) REQUIRE(all[static_cast<std::size_t>(i)] == i);
  CHECK(largest <= 4);
}
