// Times the phases of training steps where they really happen: on the CPU by the engine's clock, on CUDA by events in
// the stream, since the host runs ahead of it there.
#pragma once

#include <array>
#include <vector>

#include <c10/core/Event.h>
#include <torch/types.h>

#include "topfive/engine/step_clock.h"

namespace topfive::bench {

// One thread. Between begin_step() and end_step() every lap of the clock ends a phase.
class PhaseTimer {
 public:
  explicit PhaseTimer(const torch::Device& device);

  engine::StepClock& clock() { return clock_; }
  void begin_step();
  void end_step();  // waits for the device
  void reset();     // forgets what was measured

  const std::vector<double>& step_seconds() const { return step_seconds_; }
  // Sums over the steps.
  const std::array<double, engine::kStepPhases>& phase_seconds() const { return phase_seconds_; }

 private:
  struct Mark {
    engine::StepPhase phase;
    c10::Event event;
  };
  void mark(engine::StepPhase phase);
  void read_marks();

  torch::Device device_;
  engine::StepClock clock_;
  std::vector<Mark> marks_;
  std::array<double, engine::kStepPhases> before_{};
  std::array<double, engine::kStepPhases> phase_seconds_{};
  std::vector<double> step_seconds_;
  double started_ = 0;
};

}  // namespace topfive::bench
