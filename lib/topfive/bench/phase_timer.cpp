#include "topfive/bench/phase_timer.h"

#include <utility>

#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/cuda.h>

#include "topfive/bench/process_usage.h"

namespace topfive::bench {

PhaseTimer::PhaseTimer(const torch::Device& device) : device_(device) {
  if (device.is_cuda()) clock_.observe([this](engine::StepPhase phase) { mark(phase); });
}

void PhaseTimer::begin_step() {
  before_ = clock_.all_seconds();
  started_ = wall_seconds();
  marks_.clear();
  clock_.lap(engine::StepPhase::kOther);
  before_ = clock_.all_seconds();
}

void PhaseTimer::end_step() {
  if (device_.is_cuda()) torch::cuda::synchronize(device_.index());
  step_seconds_.push_back(wall_seconds() - started_);
  if (device_.is_cuda()) {
    read_marks();
    return;
  }
  for (std::size_t i = 0; i < phase_seconds_.size(); ++i) phase_seconds_[i] += clock_.all_seconds()[i] - before_[i];
}

void PhaseTimer::reset() {
  step_seconds_.clear();
  phase_seconds_ = {};
}

void PhaseTimer::mark(engine::StepPhase phase) {
  const c10::impl::VirtualGuardImpl guard(device_.type());
  marks_.push_back({phase, c10::Event(device_.type(), c10::EventFlag::BACKEND_DEFAULT)});
  marks_.back().event.record(guard.getStream(device_));
}

// The stream reached each mark when all that was queued before it had been done.
void PhaseTimer::read_marks() {
  for (std::size_t i = 1; i < marks_.size(); ++i) {
    const double milliseconds = marks_[i - 1].event.elapsedTime(marks_[i].event);
    phase_seconds_[static_cast<std::size_t>(marks_[i].phase)] += 1e-3 * milliseconds;
  }
}

}  // namespace topfive::bench
