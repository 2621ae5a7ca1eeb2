// Tells people and programs how a run is going: the line on the console, the records of the logs, and warnings.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "topfive/engine/gradient_probe.h"
#include "topfive/engine/health.h"
#include "topfive/engine/metrics_csv.h"
#include "topfive/engine/progress.h"
#include "topfive/engine/run_length.h"
#include "topfive/engine/run_log.h"
#include "topfive/engine/step_clock.h"
#include "topfive/engine/tensorboard_file.h"
#include "topfive/engine/train_config.h"
#include "topfive/engine/train_state.h"

namespace topfive::engine {

struct RecorderOptions {
  std::filesystem::path run_directory;
  RunLength length;
  LogConfig log;
  HealthConfig health;
  HealthFacts facts;
};

// What a record of training tells beside what the state knows.
struct TrainFigures {
  double learning_rate = 0.0;
  double loss_scale = 1.0;
  std::int64_t bad_images = 0;  // of the whole run
  GradientFigures gradient;
};

// One thread, but for sync().
class RunRecorder {
 public:
  // Goes on with the run's files where the state says that they end: a record is neither doubled nor lost by a resume,
  // and a warning that stands in the log is not repeated. `clock` is borrowed.
  RunRecorder(const RecorderOptions& options, const TrainState& state, const StepClock& clock);

  // A record of the pictures since the last one; their sums in the state begin anew after it.
  void write_train(const TrainState& state, const TrainFigures& figures);
  // Call before the state moves on to the next epoch.
  void write_epoch(const TrainState& state, std::int64_t bad_images);
  // raw_counts: of the weights themselves, where counts are those of their average.
  void write_eval(const TrainState& state, const metrics::TopKCounts& counts,
                  const std::optional<metrics::TopKCounts>& raw_counts = {});
  void write_health(const TrainState& state, const HealthWarning& warning);
  // Lets the speed be counted from now on: what came in between was not training.
  void restart_speed(const TrainState& state);
  // Puts the lengths of the files into the state that a checkpoint holds.
  void note_lengths(TrainState& state) const;
  // Brings the files to the disk, as a checkpoint counts on them. May run on another thread than the rest.
  void sync();
  // Ends the line that is being rewritten, before other output.
  void finish_line() { progress_.finish(); }

 private:
  TrainRecord make_record(const TrainState& state, const TrainFigures& figures) const;
  void show(const TrainState& state, const TrainRecord& record);
  void write_scalars(const TrainRecord& record);
  void write_scalars(const EvalRecord& record);

  RunLength length_;
  const StepClock& clock_;
  RunLog log_;
  std::optional<MetricsCsv> csv_;
  std::optional<TensorboardFile> tensorboard_;
  HealthMonitor health_;
  base::ProgressPrinter progress_;
  std::int64_t last_step_ = 0;
  std::array<double, kStepPhases> last_seconds_{};
};

}  // namespace topfive::engine
