// Tells people and programs how a run is going: the line on the console, the records of the log.
#pragma once

#include <cstdint>
#include <filesystem>

#include "topfive/engine/progress.h"
#include "topfive/engine/run_length.h"
#include "topfive/engine/run_log.h"
#include "topfive/engine/step_clock.h"
#include "topfive/engine/train_state.h"

namespace topfive::engine {

// One thread.
class RunRecorder {
 public:
  // Goes on with the run's files where the state says that they end: a record is neither doubled nor lost by a resume.
  // `clock` is borrowed.
  RunRecorder(const std::filesystem::path& run_directory, const TrainState& state, RunLength length,
              const StepClock& clock);

  // A record of the pictures since the last one, whose sums in the state begin anew. bad_images: of the whole run.
  void write_train(TrainState& state, double learning_rate, std::int64_t bad_images);
  void write_eval(const EvalRecord& record);
  // Lets the speed be counted from now on: what came in between was not training.
  void restart_speed(const TrainState& state);
  // Puts the lengths of the files into the state that a checkpoint holds.
  void note_lengths(TrainState& state) const { state.log_bytes = log_.bytes(); }
  // Ends the line that is being rewritten, before other output.
  void finish_line() { progress_.finish(); }

 private:
  RunLength length_;
  const StepClock& clock_;
  RunLog log_;
  base::ProgressPrinter progress_;
  std::int64_t last_step_ = 0;
  std::array<double, kStepPhases> last_seconds_{};
};

}  // namespace topfive::engine
