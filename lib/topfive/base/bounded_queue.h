// A bounded multi-producer, multi-consumer queue whose waits end by closing it or by a stop token.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace topfive::base {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  // Waits for room. False if the queue was closed or stop was requested: the value was not taken
  // in.
  bool push(T value, std::stop_token stop = {}) {
    std::unique_lock lock(mutex_);
    const bool ready = changed_.wait(lock, stop, [&] { return closed_ || items_.size() < capacity_; });
    if (!ready || closed_) return false;
    items_.push_back(std::move(value));
    changed_.notify_all();
    return true;
  }

  // Waits for an item. Empty once the queue is closed and drained, or when stop is requested.
  std::optional<T> pop(std::stop_token stop = {}) {
    std::unique_lock lock(mutex_);
    const bool ready = changed_.wait(lock, stop, [&] { return closed_ || !items_.empty(); });
    if (!ready || items_.empty()) return std::nullopt;
    T value = std::move(items_.front());
    items_.pop_front();
    changed_.notify_all();
    return value;
  }

  // No more pushes succeed; consumers drain what is there. Safe to call twice and from any thread.
  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return items_.size();
  }

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace topfive::base
