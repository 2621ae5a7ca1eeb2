#include "topfive/engine/checkpoint_writer.h"

#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include "topfive/base/error.h"
#include "topfive/base/log.h"

namespace topfive::engine {
namespace {

using Clock = std::chrono::steady_clock;

long long milliseconds_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
}

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "unknown error";
  }
}

bool is_user_error(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const base::UserError&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

CheckpointWriter::~CheckpointWriter() {
  if (running_.valid()) running_.wait();
  if (error_ && on_error_ == OnSaveError::kStop) base::log_warning("not saved: " + text_of(error_));
}

void CheckpointWriter::submit(SaveJob job) {
  wait();
  error_ = nullptr;
  try {
    running_ = std::async(std::launch::async, [this, job] { save(job); });
  } catch (const std::system_error&) {  // No more threads to be had: then training waits.
    save(job);
    collect();
  }
}

void CheckpointWriter::wait() {
  if (!running_.valid()) return;
  const auto start = Clock::now();
  running_.wait();
  if (const auto waited = milliseconds_since(start); waited > 0) {
    base::log_debug("waited " + std::to_string(waited) + " ms for the checkpoint before");
  }
  running_ = {};
  collect();
}

void CheckpointWriter::check() {
  if (running_.valid() && running_.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
    running_ = {};
    collect();
  }
}

void CheckpointWriter::finish() {
  wait();
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

// A bug is no matter of policy.
void CheckpointWriter::collect() {
  if (!error_ || (on_error_ == OnSaveError::kWarn && is_user_error(error_))) return;
  std::rethrow_exception(std::exchange(error_, nullptr));
}

void CheckpointWriter::save(const SaveJob& job) noexcept {
  try {
    const auto start = Clock::now();
    const auto path = store_.commit(job.step, job.fill, job.options);
    base::log_debug("saved " + path.string() + " in " + std::to_string(milliseconds_since(start)) + " ms");
  } catch (...) {
    error_ = std::current_exception();
    if (on_error_ == OnSaveError::kWarn && is_user_error(error_)) {
      base::log_warning("not saved, training goes on: " + text_of(error_));
    }
  }
}

}  // namespace topfive::engine
