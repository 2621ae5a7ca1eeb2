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
#include "topfive/engine/gradient_probe.h"
#include "topfive/engine/health_facts.h"
#include "topfive/engine/non_finite.h"
#include "topfive/engine/preprocessing.h"
#include "topfive/engine/random_state.h"
#include "topfive/engine/resume_check.h"
#include "topfive/engine/sharded_optimizer.h"
#include "topfive/engine/skip_guard.h"
#include "topfive/engine/training_curve.h"
#include "topfive/version.h"

namespace topfive::engine {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Provenance make_provenance(const RunConfig& config, const data::SampleSource& train) {
  return {dump_run_config(config), train.fingerprint(), train.class_names(), kVersion, kCommit, TORCH_VERSION};
}

optim::PlateauState plateau_of(const TrainState& state) {
  return {state.plateau_best, state.plateau_bad_evaluations, state.plateau_cooldown_left, state.plateau_reductions};
}

TrainStepOptions step_options(const RunConfig& config, const TrainerParts& parts, RankTeam& team) {
  return {.loss = config.loss,
          .precision = config.train.precision,
          .accumulation_steps = config.train.accumulation_steps,
          // A pass that is replayed has no forward and backward part that a trace could tell apart.
          .cuda_graphs = config.train.cuda_graphs && team.alone() && parts.trace_file.empty() &&
                         parts.device.is_cuda() && GraphedPass::available(),
          .skip_non_finite = config.health.on_non_finite == OnNonFinite::kSkip,
          .clip = config.train.clip,
          .grad_scaler = config.train.grad_scaler,
          .team = &team};
}

}  // namespace

Trainer::Trainer(const RunConfig& config, TrainerParts parts)
    : config_(config),
      parts_(std::move(parts)),
      length_(run_length(config.train, parts_.train_input->source().size())),
      team_(parts_.ranks, parts_.pulse),
      trace_(make_run_trace(parts_.trace_file, parts_.device, team_.world())),
      optimizer_(make_run_optimizer(config, *parts_.model, team_)),
      train_loader_(make_loader(*parts_.train_input, train_options(), parts_.device)),
      batches_(make_batch_maker(config, parts_.device)),
      step_(*parts_.model, *optimizer_, step_options(config, parts_, team_), clock_),
      provenance_(make_provenance(config, parts_.train_input->source())) {
  if (team_.is_main()) saver_.emplace(parts_.run_directory / "checkpoints", config.checkpoint);
  team_.join(*parts_.model, config.parallel, trace_ ? trace_->watcher() : nullptr);
  if (config.train.ema.enabled()) {
    const optim::EmaRun run{length_.steps_per_epoch, config.train.global_batch_size, config.train.num_epochs};
    ema_ = std::make_unique<optim::Ema>(config.train.ema, run, *parts_.model);
  }
  evaluator_.emplace(EvaluatorParts{config_, parts_.device, *parts_.model, *parts_.train_input, *parts_.eval_input,
                                    team_, ema_.get()});
}

optim::SchedulePosition Trainer::position() const {
  return {state_.step, length_.steps_per_epoch, length_.total_steps, config_.train.global_batch_size,
          plateau_of(state_)};
}

CheckpointTensors Trainer::tensors() { return {*parts_.model, *optimizer_, ema_.get(), step_.grad_scaler()}; }

data::LoaderOptions Trainer::train_options() {
  auto options = loader_options(config_, *parts_.train_input, data::Split::kTrain, team_.world());
  options.on_bad = [this](const data::BadSample& bad) { report_bad_picture(bad); };
  return options;
}

void Trainer::resume_from(const std::filesystem::path& checkpoint) {
  const StateFile saved = read_state_file(checkpoint);
  check_same_run(saved.provenance, provenance_, parts_.accepted_changes, checkpoint);
  load_tensors(checkpoint, tensors());
  state_ = saved.state;
  restore_random_states(state_, parts_.device, team_);
  unsaved_ = false;
}

TrainOutcome Trainer::run() {
  base::log_info("input path " + describe_loader(*train_loader_));
  started_ = last_save_ = Clock::now();
  clock_.lap(StepPhase::kOther);
  if (team_.is_main()) {
    recorder_.emplace(
        RecorderOptions{parts_.run_directory, length_, config_.log, config_.health, health_facts(config_, length_)},
        state_, clock_);
  }
  parts_.model->train();
  if (trace_) trace_->begin(clock_, state_.step, length_.total_steps - state_.step);
  while (state_.epoch < length_.num_epochs()) {
    if (!train_epoch() || !evaluate_or_save()) {
      finish_line();
      if (unsaved_) save_checkpoint();
      if (trace_) trace_->finish(team_);
      if (saver_) saver_->finish();
      return TrainOutcome::kStopped;
    }
    finish_epoch();
  }
  finish_line();
  if (trace_) trace_->finish(team_);
  if (saver_) saver_->finish();
  return TrainOutcome::kFinished;
}

bool Trainer::train_epoch() {
  data::EpochPlan plan = training_plan(state_.epoch, team_.world());
  plan.first_batch = state_.batch_in_epoch * config_.train.accumulation_steps;
  plan.pipeline = &parts_.train_input->pipeline_for(state_.epoch);
  train_loader_->start(plan);
  const std::int64_t steps = length_.steps_in_epoch(state_.epoch);
  while (state_.batch_in_epoch < steps) {
    const StepWish agreed = team_.agree(wish());
    if (agreed.stop) return false;
    if (agreed.save && state_.batch_in_epoch > 0) save_checkpoint();
    for (int part = 0; part < config_.train.accumulation_steps; ++part) add_part(part);
    const double rate = optim::learning_rate(config_.schedule, position());
    if (const auto momentum = optim::scheduled_momentum(config_.schedule, position())) {
      optimizer_->set_momentum(*momentum);
    }
    after_step(step_.update(rate), rate);
    if (trace_ && trace_->is_complete()) {
      finish_line();
      trace_->finish(team_);
    }
  }
  return true;
}

loss::MixPlan Trainer::mix_plan(const DeviceBatch& batch, int part) const {
  if (!loss::mixes(config_.loss)) return {};
  const std::int64_t index = state_.batch_in_epoch * config_.train.accumulation_steps + part;
  auto random =
      loss::mix_stream(config_.train.seed, static_cast<std::uint64_t>(state_.epoch), static_cast<std::uint64_t>(index));
  return loss::sample_mix(config_.loss, {batch.images.size(2), batch.images.size(3)}, random);
}

void Trainer::add_part(int part) {
  clock_.lap(StepPhase::kOther);
  team_.note(state_.step, "loading data");
  auto lease = train_loader_->next();
  team_.note(state_.step, dist::kWithOtherRanks);
  clock_.lap(StepPhase::kData);
  const DeviceBatch batch = batches_.make(*lease);
  batches_.finish_copies();
  lease.release();
  clock_.lap(StepPhase::kCopy);
  step_.add(batch, mix_plan(batch, part));
}

void Trainer::after_step(StepSums sums, double learning_rate) {
  if (sums.scale_fell) ++state_.skipped_steps;
  const bool counts = sums.skipped && !sums.scale_fell;
  unclipped_norm_ = sums.gradient_norm;
  totals_.add(std::move(sums));
  unsaved_ = true;
  top1_error_ = std::nullopt;
  ++state_.step;
  ++state_.batch_in_epoch;
  if (counts) count_skipped();
  if (ema_) ema_->update(state_.step);
  const bool epoch_ends = state_.batch_in_epoch == length_.steps_in_epoch(state_.epoch);
  if (state_.step % config_.log.every_steps == 0 || epoch_ends) write_train_record(learning_rate);
  const std::int64_t every = config_.checkpoint.every_steps;
  if (!epoch_ends && every > 0 && state_.step % every == 0) save_checkpoint();
  if (saver_) saver_->check();
}

void Trainer::write_train_record(double learning_rate) {
  const RunTrace::Scope traced(trace_.get(), "log");
  settle();
  TrainFigures figures;
  figures.learning_rate = learning_rate;
  figures.bad_images = bad_images();
  if (team_.is_main()) figures.gradient = probe_gradients(*parts_.model);
  if (unclipped_norm_.defined()) figures.gradient.gradient_norm = unclipped_norm_.item<double>();
  if (const auto* scaler = step_.grad_scaler()) figures.loss_scale = scaler->current_scale();
  if (recorder_) recorder_->write_train(state_, figures);
  state_.record_loss_sum = 0.0;
  state_.record_images = 0;
}

void Trainer::settle() {
  const std::int64_t last = state_.step;
  const auto figures = totals_.settle(state_, team_);
  std::int64_t step = last - static_cast<std::int64_t>(figures.size());
  for (const StepFigures& figure : figures) {
    ++step;
    if (!figure.skipped && !std::isfinite(figure.loss)) return handle_non_finite(step);
  }
}

void Trainer::count_skipped() {
  const bool may_skip =
      choose_action(config_.health, {state_.skipped_steps, state_.rollbacks}) == NonFiniteAction::kSkip;
  if (!may_skip) handle_non_finite(state_.step);
  ++state_.skipped_steps;
  warn({"step-skipped",
        "the gradient of step " + base::with_thousands(state_.step) + " is not finite; the weights stay as they were"});
}

void Trainer::handle_non_finite(std::int64_t step) {
  const NonFiniteCounts counts{state_.skipped_steps, state_.rollbacks};
  if (choose_action(config_.health, counts) == NonFiniteAction::kRollback) return roll_back(step);
  finish_line();
  throw base::UserError(base::ExitCode::kConfig, explain_stop(config_.health, counts, step));
}

void Trainer::roll_back(std::int64_t step) {
  const std::filesystem::path checkpoint = newest_valid_checkpoint();
  if (checkpoint.empty()) {
    finish_line();
    throw base::UserError(base::ExitCode::kConfig,
                          "loss or gradient is not finite at step " + std::to_string(step) +
                              ", and there is no checkpoint to go back to; lower schedule.base_learning_rate, or set "
                              "checkpoint.every_steps");
  }
  load_tensors(checkpoint, tensors());
  ++state_.rollbacks;
  unsaved_ = true;
  warn({"rolled-back", "loss or gradient is not finite at step " + base::with_thousands(step) +
                           "; the weights are those of " + checkpoint.filename().string() +
                           " again, and the data go on"});
}

std::filesystem::path Trainer::newest_valid_checkpoint() {
  std::string path;
  if (saver_) path = saver_->newest_valid().value_or("").string();
  return team_.from_main(path, "going back to a checkpoint");
}

void Trainer::warn(const HealthWarning& warning) {
  if (recorder_) recorder_->write_health(state_, warning);
}

void Trainer::finish_line() {
  if (recorder_) recorder_->finish_line();
}

bool Trainer::evaluate_or_save() {
  try {
    return evaluate_epoch();
  } catch (const base::UserError& error) {
    if (!team_.alone()) throw;  // the other ranks are still evaluating, and cannot save with this one
    // The epoch's training is done and paid for; only its evaluation is missing.
    save_checkpoint();
    saver_->finish();
    throw base::UserError(error.code(), std::string(error.what()) +
                                            "; the epoch is saved: mend the data, then go on "
                                            "with --resume auto");
  }
}

bool Trainer::evaluate_epoch() {
  const std::int64_t done = state_.epoch + 1;
  const bool last = done == length_.num_epochs();
  if (!last && done % config_.train.eval_every_epochs != 0) return true;
  finish_line();
  team_.note(state_.step, "evaluating");
  const RunTrace::Scope traced(trace_.get(), "evaluation");
  const auto evaluation = evaluator_->run(state_.epoch, last);
  if (!evaluation) return false;

  const metrics::TopKCounts* const counts = &evaluation->counts;
  if (recorder_) recorder_->write_eval(state_, *counts, evaluation->raw_counts);
  base::log_info("epoch " + std::to_string(done) + ": " + format_error("top-1", counts->top1_correct, counts->total) +
                 ", " + format_error("top-5", counts->top5_correct, counts->total) +
                 format_protocol(config_.train.eval_protocol));
  observe_progress(counts->top1_error());
  top1_error_ = counts->top1_error();
  is_best_ = counts->top1_error() < state_.best_top1_error;
  if (is_best_) {
    state_.best_top1_error = counts->top1_error();
    state_.best_step = state_.step;
  }
  if (recorder_) write_training_curve(parts_.run_directory);
  return true;
}

void Trainer::observe_progress(double top1_error) {
  auto plateau = plateau_of(state_);
  if (optim::observe_plateau(config_.schedule, plateau, top1_error)) {
    base::log_info("no progress for long: the learning rate falls");
  }
  state_.plateau_best = plateau.best;
  state_.plateau_bad_evaluations = plateau.bad_evaluations;
  state_.plateau_cooldown_left = plateau.cooldown_left;
  state_.plateau_reductions = plateau.reductions;
}

void Trainer::finish_epoch() {
  const std::int64_t bad = bad_images();
  if (recorder_) recorder_->write_epoch(state_, bad);
  state_.bad_images = bad;
  unsaved_ = true;
  ++state_.epoch;
  state_.batch_in_epoch = 0;
  state_.epoch_loss_sum = 0.0;
  state_.epoch_top1_correct = 0;
  state_.epoch_images = 0;
  const bool last = state_.epoch == length_.num_epochs();
  if (last || is_best_ || state_.epoch % config_.checkpoint.every_epochs == 0) save_checkpoint();
  // Evaluation and saving are not training speed.
  clock_.lap(StepPhase::kOther);
  if (recorder_) recorder_->restart_speed(state_);
}

StepWish Trainer::wish() const {
  const double minutes = config_.checkpoint.every_minutes;
  const bool time_is_up = parts_.max_time && Clock::now() - started_ >= *parts_.max_time;
  return {.stop = base::stop_requested() || time_is_up,
          .save = team_.is_main() && minutes > 0 && seconds_since(last_save_) >= 60.0 * minutes};
}

void Trainer::save_checkpoint() {
  const RunTrace::Scope traced(trace_.get(), "saving");
  settle();
  // The last gradient may have spoilt the weights without any loss telling it yet.
  if (!is_finite(*parts_.model)) handle_non_finite(state_.step);
  team_.note(state_.step, "saving");
  team_.share_buffers(*parts_.model);
  collect_random_states(state_, parts_.device, team_);
  optimizer_->gather_state();
  const std::int64_t bad = bad_images();
  if (team_.is_main()) write_checkpoint(bad);
  is_best_ = false;
  unsaved_ = false;
  last_save_ = Clock::now();
}

void Trainer::write_checkpoint(std::int64_t bad_images) {
  recorder_->note_lengths(state_);
  SaveRequest request{tensors(), {state_, provenance_}, weight_metadata(config_, provenance_.class_names)};
  request.state.state.bad_images = bad_images;
  request.is_best = is_best_;
  request.top1_error = top1_error_;
  request.sync_logs = [this] { recorder_->sync(); };
  saver_->save(std::move(request));
}

std::int64_t Trainer::bad_images() {
  const bool in_epoch = state_.batch_in_epoch > 0;
  return state_.bad_images + team_.sum(in_epoch ? train_loader_->bad_samples() : 0, "counting bad pictures");
}

void Trainer::report_bad_picture(const data::BadSample& bad) {
  base::log_warning(bad.name + ": " + bad.kind + ": " + bad.reason + "; the next picture takes its place");
  append_bad_picture(parts_.run_directory, state_.epoch + 1, bad);
}

}  // namespace topfive::engine
