#include "topfive/engine/trainer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <torch/version.h>

#include "topfive/base/error.h"
#include "topfive/base/log.h"
#include "topfive/base/stop_signal.h"
#include "topfive/base/text.h"
#include "topfive/engine/bad_picture_log.h"
#include "topfive/engine/checkpoint.h"
#include "topfive/engine/evaluator.h"
#include "topfive/engine/preprocessing.h"
#include "topfive/engine/training_curve.h"
#include "topfive/version.h"

namespace topfive::engine {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Provenance make_provenance(const RunConfig& config, const data::SampleSource& train) {
  return {dump_run_config(config), train.fingerprint(), train.class_names(), kVersion, kCommit, TORCH_VERSION};
}

}  // namespace

std::int64_t RunLength::steps_in_epoch(std::int64_t epoch) const {
  return std::min(steps_per_epoch, total_steps - epoch * steps_per_epoch);
}

RunLength run_length(const TrainConfig& config, std::int64_t num_images) {
  RunLength length;
  length.steps_per_epoch = num_images / config.global_batch_size;
  if (length.steps_per_epoch == 0) {
    throw base::UserError(base::ExitCode::kConfig,
                          "train.global_batch_size is " + std::to_string(config.global_batch_size) +
                              ", but the training set has only " + std::to_string(num_images) + " pictures; lower it");
  }
  length.total_steps = std::llround(config.num_epochs * static_cast<double>(length.steps_per_epoch));
  if (config.max_steps > 0) length.total_steps = std::min(length.total_steps, config.max_steps);
  return length;
}

Trainer::Trainer(const RunConfig& config, TrainerParts parts)
    : config_(config),
      parts_(std::move(parts)),
      length_(run_length(config.train, parts_.train_input->source().size())),
      optimizer_(optim::make_optimizer(config.optimizer, *parts_.model)),
      train_loader_(make_loader(*parts_.train_input, train_options(), parts_.device)),
      eval_loader_(make_loader(*parts_.eval_input, loader_options(config, *parts_.eval_input, data::Split::kEval),
                               parts_.device)),
      batches_(make_batch_maker(config, parts_.device)),
      store_(parts_.run_directory / "checkpoints"),
      provenance_(make_provenance(config, parts_.train_input->source())) {}

data::LoaderOptions Trainer::train_options() {
  auto options = loader_options(config_, *parts_.train_input, data::Split::kTrain);
  options.on_bad = [this](const data::BadSample& bad) { report_bad_picture(bad); };
  return options;
}

void Trainer::resume_from(const std::filesystem::path& checkpoint) {
  const StateFile saved = read_state_file(checkpoint);
  const auto differing = differing_keys(saved.provenance.config_json, provenance_.config_json);
  if (!differing.empty()) {
    throw base::UserError(base::ExitCode::kConfig,
                          "the config differs from the checkpoint's in " + base::join(differing) +
                              "; resume with the same recipe, or start a new run in another --out");
  }
  if (saved.provenance.data_fingerprint != provenance_.data_fingerprint) {
    throw base::UserError(base::ExitCode::kBadData,
                          "the training data differ from those of " + checkpoint.string() +
                              "; resume with the same --data, or start a new run in another --out");
  }
  load_model(checkpoint, *parts_.model);
  load_optimizer(checkpoint, *optimizer_);
  state_ = saved.state;
  set_random_state(torch::kCPU, state_.random_state);
  if (!parts_.device.is_cpu()) set_random_state(parts_.device, state_.device_random_state);
  unsaved_ = false;
}

TrainOutcome Trainer::run() {
  base::log_info("input path " + describe_loader(*train_loader_));
  started_ = last_save_ = last_record_ = Clock::now();
  last_record_step_ = state_.step;
  log_ = std::make_unique<RunLog>(parts_.run_directory / "log.jsonl", state_.log_bytes);
  parts_.model->train();
  while (state_.epoch < length_.num_epochs()) {
    if (!train_epoch() || !evaluate_or_save()) {
      progress_.finish();
      if (unsaved_) save_checkpoint();
      return TrainOutcome::kStopped;
    }
    finish_epoch();
  }
  progress_.finish();
  return TrainOutcome::kFinished;
}

bool Trainer::train_epoch() {
  data::EpochPlan plan;
  plan.epoch = state_.epoch;
  plan.shuffle = true;
  plan.drop_last = true;
  plan.first_batch = state_.batch_in_epoch;
  plan.pipeline = &parts_.train_input->pipeline_for(state_.epoch);
  train_loader_->start(plan);
  const std::int64_t steps = length_.steps_in_epoch(state_.epoch);
  while (state_.batch_in_epoch < steps) {
    if (should_stop()) return false;
    auto lease = train_loader_->next();
    const DeviceBatch batch = batches_.make(*lease);
    batches_.finish_copies();
    lease.release();
    const double rate =
        optim::learning_rate(config_.schedule, state_.step, length_.steps_per_epoch, length_.total_steps);
    const StepSums sums = train_step(*parts_.model, *optimizer_, config_.loss, batch, rate);
    after_step(sums, batch.labels.size(0), rate);
  }
  return true;
}

void Trainer::after_step(const StepSums& sums, std::int64_t images, double learning_rate) {
  pending_.push_back(sums);
  pending_images_ += images;
  unsaved_ = true;
  ++state_.step;
  ++state_.batch_in_epoch;
  const bool epoch_ends = state_.batch_in_epoch == length_.steps_in_epoch(state_.epoch);
  if (state_.step % config_.log.every_steps == 0 || epoch_ends) write_train_record(learning_rate);
  if (!epoch_ends && save_is_due()) save_checkpoint();
}

void Trainer::write_train_record(double learning_rate) {
  read_sums();
  const double seconds = std::max(seconds_since(last_record_), 1e-9);
  const double steps = static_cast<double>(state_.step - last_record_step_);
  const double waited = train_loader_->seconds_waited();

  TrainRecord record;
  record.step = state_.step;
  record.epoch = state_.epoch + 1;
  record.loss = state_.record_loss_sum / static_cast<double>(state_.record_images);
  record.learning_rate = learning_rate;
  record.images_per_second = steps * config_.train.global_batch_size / seconds;
  record.bad_images = bad_images();
  record.data_wait = std::min(1.0, (waited - last_record_wait_) / seconds);
  log_->write(record);
  progress_.show(
      format_progress({record.step, length_.total_steps, record.epoch, length_.num_epochs(), record.loss, learning_rate,
                       record.images_per_second,
                       static_cast<double>(length_.total_steps - state_.step) * seconds / std::max(steps, 1.0)}));
  state_.record_loss_sum = 0.0;
  state_.record_images = 0;
  last_record_ = Clock::now();
  last_record_step_ = state_.step;
  last_record_wait_ = waited;
}

void Trainer::read_sums() {
  if (pending_.empty()) return;
  std::vector<torch::Tensor> losses;
  std::vector<torch::Tensor> top1;
  for (const StepSums& sums : pending_) {
    losses.push_back(sums.loss);
    top1.push_back(sums.top1_correct);
  }
  const auto loss_sums = torch::stack(losses).cpu();
  for (std::int64_t i = 0; i < loss_sums.size(0); ++i) {
    const double loss = loss_sums.const_data_ptr<double>()[i];
    state_.epoch_loss_sum += loss;
    state_.record_loss_sum += loss;
  }
  state_.epoch_top1_correct += torch::stack(top1).sum().item<std::int64_t>();
  state_.epoch_images += pending_images_;
  state_.record_images += pending_images_;
  pending_.clear();
  pending_images_ = 0;
  if (!std::isfinite(state_.epoch_loss_sum)) {
    progress_.finish();
    throw base::UserError(base::ExitCode::kConfig,
                          "the loss is not finite any more at step " + std::to_string(state_.step) +
                              ": training has diverged; lower schedule.base_learning_rate or add warm-up "
                              "(the checkpoints saved before are good)");
  }
}

bool Trainer::evaluate_or_save() {
  try {
    return evaluate_epoch();
  } catch (const base::UserError& error) {
    // The epoch's training is done and paid for; only its evaluation is missing.
    save_checkpoint();
    throw base::UserError(error.code(), std::string(error.what()) +
                                            "; the epoch is saved: mend the data, then go on "
                                            "with --resume auto");
  }
}

bool Trainer::evaluate_epoch() {
  const std::int64_t done = state_.epoch + 1;
  const bool last = done == length_.num_epochs();
  if (!last && done % config_.train.eval_every_epochs != 0) return true;
  progress_.finish();
  const auto counts = evaluate(*parts_.model, *eval_loader_, batches_);
  if (!counts) return false;

  const auto images = static_cast<double>(std::max<std::int64_t>(state_.epoch_images, 1));
  log_->write(EvalRecord{state_.step, done, state_.epoch_loss_sum / images,
                         1.0 - static_cast<double>(state_.epoch_top1_correct) / images, *counts});
  base::log_info("epoch " + std::to_string(done) + ": " + format_error("top-1", counts->top1_correct, counts->total) +
                 ", " + format_error("top-5", counts->top5_correct, counts->total));
  is_best_ = counts->top1_error() < state_.best_top1_error;
  if (is_best_) {
    state_.best_top1_error = counts->top1_error();
    state_.best_step = state_.step;
  }
  write_training_curve(parts_.run_directory);
  return true;
}

void Trainer::finish_epoch() {
  state_.bad_images += train_loader_->bad_samples();
  unsaved_ = true;
  ++state_.epoch;
  state_.batch_in_epoch = 0;
  state_.epoch_loss_sum = 0.0;
  state_.epoch_top1_correct = 0;
  state_.epoch_images = 0;
  const bool last = state_.epoch == length_.num_epochs();
  if (last || is_best_ || state_.epoch % config_.checkpoint.every_epochs == 0) save_checkpoint();
  // Evaluation and saving are not training speed.
  last_record_ = Clock::now();
  last_record_wait_ = train_loader_->seconds_waited();
}

bool Trainer::save_is_due() const {
  const CheckpointConfig& when = config_.checkpoint;
  if (when.every_steps > 0 && state_.step % when.every_steps == 0) return true;
  return when.every_minutes > 0 && seconds_since(last_save_) >= 60.0 * when.every_minutes;
}

void Trainer::save_checkpoint() {
  read_sums();
  state_.log_bytes = log_->bytes();
  state_.random_state = random_state(torch::kCPU);
  state_.device_random_state = parts_.device.is_cpu() ? "" : random_state(parts_.device);
  const auto fill = [&](const std::filesystem::path& directory) {
    TrainState saved = state_;
    saved.bad_images = bad_images();
    write_checkpoint_files(directory, *parts_.model, *optimizer_, {saved, provenance_},
                           weight_metadata(config_, provenance_.class_names));
  };
  const auto path = store_.commit(state_.step, fill, {is_best_, config_.checkpoint.keep});
  base::log_debug("saved " + path.string());
  is_best_ = false;
  unsaved_ = false;
  last_save_ = Clock::now();
}

std::int64_t Trainer::bad_images() const {
  const bool in_epoch = state_.batch_in_epoch > 0;
  return state_.bad_images + (in_epoch ? train_loader_->bad_samples() : 0);
}

bool Trainer::should_stop() const {
  if (base::stop_requested()) return true;
  return parts_.max_time && Clock::now() - started_ >= *parts_.max_time;
}

void Trainer::report_bad_picture(const data::BadSample& bad) {
  base::log_warning(bad.name + ": " + bad.kind + ": " + bad.reason + "; the next picture takes its place");
  append_bad_picture(parts_.run_directory, state_.epoch + 1, bad);
}

}  // namespace topfive::engine
