#include "topfive/engine/run_recorder.h"

#include <algorithm>
#include <numeric>

namespace topfive::engine {

RunRecorder::RunRecorder(const std::filesystem::path& run_directory, const TrainState& state, RunLength length,
                         const StepClock& clock)
    : length_(length), clock_(clock), log_(run_directory / "log.jsonl", state.log_bytes) {
  restart_speed(state);
}

void RunRecorder::restart_speed(const TrainState& state) {
  last_step_ = state.step;
  last_seconds_ = clock_.all_seconds();
}

void RunRecorder::write_train(TrainState& state, double learning_rate, std::int64_t bad_images) {
  std::array<double, kStepPhases> seconds = clock_.all_seconds();
  for (std::size_t i = 0; i < kStepPhases; ++i) seconds[i] -= last_seconds_[i];
  const double total = std::max(std::accumulate(seconds.begin(), seconds.end(), 0.0), 1e-9);
  const auto images = static_cast<double>(state.record_images);
  const auto steps = static_cast<double>(std::max<std::int64_t>(state.step - last_step_, 1));

  TrainRecord record;
  record.step = state.step;
  record.epoch = state.epoch + 1;
  record.loss = state.record_loss_sum / images;
  record.learning_rate = learning_rate;
  record.images_per_second = images / total;
  record.bad_images = bad_images;
  record.data_wait = std::min(1.0, seconds[static_cast<std::size_t>(StepPhase::kData)] / total);
  log_.write(record);
  progress_.show(format_progress({record.step, length_.total_steps, record.epoch, length_.num_epochs(), record.loss,
                                  learning_rate, record.images_per_second,
                                  static_cast<double>(length_.total_steps - state.step) * total / steps}));
  state.record_loss_sum = 0.0;
  state.record_images = 0;
  restart_speed(state);
}

void RunRecorder::write_eval(const EvalRecord& record) { log_.write(record); }

}  // namespace topfive::engine
