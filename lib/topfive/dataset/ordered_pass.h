// One pass over numbered items: many threads make the results, the calling thread takes them in the order of the
// numbers. What is taken therefore never depends on the number of threads, and needs no lock.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "topfive/base/stop_signal.h"

namespace topfive::dataset {

// As many threads as the process may use cores, where 0 are asked for.
int threads_or_default(int threads);

// The ring between the threads. Results wait in it until their turn; a thread that is too far ahead waits for room,
// which bounds the memory.
template <class T>
class OrderedPass {
 public:
  OrderedPass(std::int64_t count, int threads) : count_(count), ring_(4 * static_cast<std::size_t>(threads)) {}

  // The number of the next item to make; nothing when there is none left.
  std::optional<std::int64_t> next_ticket() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return closed_ || next_ == count_ || next_ < taken_ + window(); });
    if (closed_ || next_ == count_) return std::nullopt;
    return next_++;
  }

  void deliver(std::int64_t ticket, std::optional<T> value, std::exception_ptr error) {
    const std::scoped_lock lock(mutex_);
    ring_[slot(ticket)] = Slot{std::move(value), std::move(error), true};
    ready_.notify_one();
  }

  // Waits for the next result in order; nothing if a signal asks to stop. Rethrows what making it threw.
  std::optional<T> take() {
    std::unique_lock lock(mutex_);
    Slot& next = ring_[slot(taken_)];
    // A signal cannot notify, so it is asked for now and then.
    while (!next.full && !base::stop_requested()) ready_.wait_for(lock, std::chrono::milliseconds(100));
    if (base::stop_requested()) return std::nullopt;
    Slot result = std::exchange(next, Slot{});
    ++taken_;
    room_.notify_all();
    if (result.error) std::rethrow_exception(result.error);
    return std::move(result.value);
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    room_.notify_all();
  }

 private:
  struct Slot {
    std::optional<T> value;
    std::exception_ptr error;
    bool full = false;
  };
  std::int64_t window() const { return static_cast<std::int64_t>(ring_.size()); }
  std::size_t slot(std::int64_t ticket) const { return static_cast<std::size_t>(ticket) % ring_.size(); }

  std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable ready_;
  std::int64_t count_;
  std::int64_t next_ = 0;
  std::int64_t taken_ = 0;
  bool closed_ = false;
  std::vector<Slot> ring_;
};

// make(index, thread) gives a T on one of `threads` threads (thread: 0 to threads - 1); take(index, T) runs here. False
// if a signal asked to stop before the end. What either throws ends the pass and comes out here, that of make() in the
// order of the indexes.
template <class T, class Make, class Take>
bool ordered_pass(std::int64_t count, int threads, const Make& make, const Take& take) {
  OrderedPass<T> pass(count, threads);
  const auto work = [&pass, &make](int thread) {
    while (const auto ticket = pass.next_ticket()) {
      std::optional<T> value;
      std::exception_ptr error;
      try {
        value = make(*ticket, thread);
      } catch (...) {
        error = std::current_exception();
      }
      pass.deliver(*ticket, std::move(value), error);
    }
  };
  // Closes before the threads are joined, whichever way this function ends.
  struct Workers {
    OrderedPass<T>& pass;
    std::vector<std::jthread> threads;
    ~Workers() { pass.close(); }
  } workers{pass, {}};
  for (int i = 0; i < threads; ++i) workers.threads.emplace_back(work, i);
  for (std::int64_t index = 0; index < count; ++index) {
    std::optional<T> value = pass.take();
    if (!value) return false;
    take(index, std::move(*value));
  }
  return true;
}

}  // namespace topfive::dataset
