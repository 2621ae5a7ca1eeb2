#include "topfive/engine/run_recorder.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <string>
#include <vector>

#include "topfive/base/log.h"

namespace topfive::engine {
namespace {

constexpr const char* kLogName = "log.jsonl";

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

double total_of(const std::array<double, kStepPhases>& seconds) {
  return std::accumulate(seconds.begin(), seconds.end(), 0.0);
}

double train_loss(const TrainState& state) {
  return state.epoch_loss_sum / static_cast<double>(std::max<std::int64_t>(state.epoch_images, 1));
}

double train_top1_error(const TrainState& state) {
  const auto images = static_cast<double>(std::max<std::int64_t>(state.epoch_images, 1));
  return 1.0 - static_cast<double>(state.epoch_top1_correct) / images;
}

IntervalFigures figures_of(const TrainRecord& record) {
  IntervalFigures figures;
  figures.step = record.step;
  figures.loss = record.loss;
  figures.seconds = total_of(record.seconds);
  figures.data_wait = record.data_wait;
  figures.gradient_norm = record.gradient_norm;
  figures.parameter_norm = record.parameter_norm;
  figures.dead_share = record.dead_units;
  figures.dead_layer = record.dead_layer;
  return figures;
}

EvaluationFigures figures_of(const EvalRecord& record) {
  return {record.train_top1_error, record.counts.top1_error(), record.counts.total};
}

// The monitor's memory is what it has seen, so a resumed run lets it see the log again.
void remember(HealthMonitor& monitor, const RunHistory& history) {
  auto eval = history.eval.begin();
  for (const TrainRecord& record : history.train) {
    for (; eval != history.eval.end() && eval->step < record.step; ++eval) monitor.observe(figures_of(*eval));
    monitor.observe(figures_of(record));
  }
  for (; eval != history.eval.end(); ++eval) monitor.observe(figures_of(*eval));
}

}  // namespace

RunRecorder::RunRecorder(const RecorderOptions& options, const TrainState& state, const StepClock& clock)
    : length_(options.length),
      clock_(clock),
      log_(options.run_directory / kLogName, state.log_bytes),
      health_(options.health, options.facts) {
  if (options.log.csv) csv_.emplace(options.run_directory / "metrics.csv", state.csv_bytes);
  if (options.log.tensorboard) {
    tensorboard_.emplace(options.run_directory, state.tensorboard_bytes, seconds_since_1970());
  }
  if (log_.bytes() > 0) remember(health_, read_run_log(options.run_directory / kLogName));
  restart_speed(state);
}

void RunRecorder::restart_speed(const TrainState& state) {
  last_step_ = state.step;
  last_seconds_ = clock_.all_seconds();
}

TrainRecord RunRecorder::make_record(const TrainState& state, const TrainFigures& figures) const {
  TrainRecord record;
  record.step = state.step;
  record.epoch = state.epoch + 1;
  record.loss = state.record_loss_sum / static_cast<double>(state.record_images);
  record.learning_rate = figures.learning_rate;
  record.loss_scale = figures.loss_scale;
  record.bad_images = figures.bad_images;
  record.skipped_steps = state.skipped_steps;
  record.rollbacks = state.rollbacks;
  record.gradient_norm = figures.gradient.gradient_norm;
  record.parameter_norm = figures.gradient.parameter_norm;
  record.dead_units = figures.gradient.dead_units;
  record.dead_layer = figures.gradient.dead_layer;
  record.seconds = clock_.all_seconds();
  for (std::size_t i = 0; i < kStepPhases; ++i) record.seconds[i] -= last_seconds_[i];
  const double total = std::max(total_of(record.seconds), 1e-9);
  record.images_per_second = static_cast<double>(state.record_images) / total;
  record.data_wait = std::min(1.0, record.seconds[static_cast<std::size_t>(StepPhase::kData)] / total);
  record.time = seconds_since_1970();
  return record;
}

void RunRecorder::write_train(const TrainState& state, const TrainFigures& figures) {
  const TrainRecord record = make_record(state, figures);
  log_.write(record);
  if (csv_) csv_->write(record);
  if (tensorboard_) write_scalars(record);
  show(state, record);
  for (const HealthWarning& warning : health_.observe(figures_of(record))) write_health(state, warning);
  restart_speed(state);
}

void RunRecorder::show(const TrainState& state, const TrainRecord& record) {
  const auto steps = static_cast<double>(std::max<std::int64_t>(state.step - last_step_, 1));
  const double seconds_left = static_cast<double>(length_.total_steps - state.step) * total_of(record.seconds) / steps;
  progress_.show(format_progress({record.step, length_.total_steps, record.epoch, length_.num_epochs(), record.loss,
                                  record.learning_rate, record.images_per_second, seconds_left, record.data_bound()}));
}

void RunRecorder::write_scalars(const TrainRecord& record) {
  std::vector<ScalarEvent> scalars = {{"train/loss", record.loss},
                                      {"train/learning_rate", record.learning_rate},
                                      {"train/loss_scale", record.loss_scale},
                                      {"speed/images_per_second", record.images_per_second},
                                      {"speed/data_wait", record.data_wait}};
  if (record.gradient_norm) scalars.push_back({"train/gradient_norm", *record.gradient_norm});
  if (record.parameter_norm) scalars.push_back({"train/parameter_norm", *record.parameter_norm});
  if (record.dead_units) scalars.push_back({"train/dead_units", *record.dead_units});
  std::vector<std::string> tags;
  for (const char* name : kStepPhaseNames) tags.push_back(std::string("seconds/") + name);
  for (std::size_t i = 0; i < kStepPhases; ++i) scalars.push_back({tags[i], record.seconds[i]});
  tensorboard_->write(record.time, record.step, scalars);
}

void RunRecorder::write_scalars(const EvalRecord& record) {
  const std::array scalars = {ScalarEvent{"eval/top1_error", record.counts.top1_error()},
                              ScalarEvent{"eval/top5_error", record.counts.top5_error()},
                              ScalarEvent{"eval/train_loss", record.train_loss},
                              ScalarEvent{"eval/train_top1_error", record.train_top1_error}};
  tensorboard_->write(record.time, record.step, scalars);
}

void RunRecorder::write_epoch(const TrainState& state, std::int64_t bad_images) {
  log_.write(EpochRecord{state.step, state.epoch + 1, state.epoch_images, train_loss(state), train_top1_error(state),
                         bad_images, seconds_since_1970()});
}

void RunRecorder::write_eval(const TrainState& state, const metrics::TopKCounts& counts,
                             const std::optional<metrics::TopKCounts>& raw_counts) {
  const EvalRecord record{state.step, state.epoch + 1,      train_loss(state), train_top1_error(state),
                          counts,     seconds_since_1970(), raw_counts};
  log_.write(record);
  if (csv_) csv_->write(record);
  if (tensorboard_) write_scalars(record);
  for (const HealthWarning& warning : health_.observe(figures_of(record))) write_health(state, warning);
}

void RunRecorder::write_health(const TrainState& state, const HealthWarning& warning) {
  log_.write(HealthRecord{state.step, state.epoch + 1, warning.name, warning.text, seconds_since_1970()});
  finish_line();
  base::log_warning("health: " + warning.name + ": " + warning.text);
}

void RunRecorder::note_lengths(TrainState& state) const {
  state.log_bytes = log_.bytes();
  // A file that is turned off keeps its length, for the run that turns it on again.
  if (csv_) state.csv_bytes = csv_->bytes();
  if (tensorboard_) state.tensorboard_bytes = tensorboard_->bytes();
}

void RunRecorder::sync() {
  log_.sync();
  if (csv_) csv_->sync();
  if (tensorboard_) tensorboard_->sync();
}

}  // namespace topfive::engine
