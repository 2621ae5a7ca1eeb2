#include "topfive/data/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace topfive::data {

void for_each_in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> first_failed = count;
  std::exception_ptr failure;
  std::mutex mutex;
  const auto fail = [&](std::size_t item) {
    const std::scoped_lock lock(mutex);
    if (item >= first_failed) return;
    first_failed = item;
    failure = std::current_exception();
  };
  const auto run = [&] {
    // Items go out in order: whatever lies ahead of a failed one has been begun and is finished.
    for (std::size_t item = next++; item < count && item < first_failed; item = next++) {
      try {
        work(item);
      } catch (...) {
        fail(item);
      }
    }
  };
  {
    std::vector<std::jthread> pool;
    const std::size_t size = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
    for (std::size_t i = 1; i < size; ++i) pool.emplace_back(run);
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace topfive::data
