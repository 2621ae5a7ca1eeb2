// The whole story of a training run, from the first step to the last checkpoint.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "topfive/engine/assembly.h"
#include "topfive/engine/checkpoint.h"
#include "topfive/engine/checkpoint_saver.h"
#include "topfive/engine/rank_team.h"
#include "topfive/engine/run_config.h"
#include "topfive/engine/run_evaluator.h"
#include "topfive/engine/run_length.h"
#include "topfive/engine/run_recorder.h"
#include "topfive/engine/run_trace.h"
#include "topfive/engine/step_clock.h"
#include "topfive/engine/step_totals.h"
#include "topfive/engine/train_state.h"
#include "topfive/engine/train_step.h"
#include "topfive/models/image_classifier.h"
#include "topfive/optim/ema.h"
#include "topfive/optim/optimizer.h"
#include "topfive/optim/schedule.h"

namespace topfive::engine {

struct TrainerParts {
  torch::Device device = torch::kCPU;
  std::shared_ptr<models::ImageClassifier> model;
  const SplitInput* train_input = nullptr;  // borrowed for the trainer's life
  const SplitInput* eval_input = nullptr;
  std::filesystem::path run_directory;  // exists, is writable and locked by rank 0, which alone writes there
  std::optional<std::chrono::seconds> max_time;
  std::filesystem::path trace_file;           // see RunTrace; empty: none
  std::vector<std::string> accepted_changes;  // on resume; see check_same_run()
  dist::Ranks* ranks = nullptr;               // the other processes of the run, borrowed; null: there are none
  dist::Pulse* pulse = nullptr;               // tells the heartbeat of them where this one is
};

// One device of a run; with several, one trainer in each process. Everything that changes the result is a function of
// config, data, number of ranks and TrainState, so a resumed run equals an uninterrupted one bit for bit on the same
// machine and number of compute threads. All functions are collectives of the ranks.
class Trainer {
 public:
  Trainer(const RunConfig& config, TrainerParts parts);

  // Continues from a verified checkpoint. UserError(kConfig) if it was made with another recipe, kBadData with other
  // data or another network.
  void resume_from(const std::filesystem::path& checkpoint);

  // Trains, evaluates, logs and saves until the end, or until a stop signal or the time limit; then a checkpoint
  // has been saved.
  TrainOutcome run();

  const TrainState& state() const { return state_; }

 private:
  optim::SchedulePosition position() const;
  CheckpointTensors tensors();
  bool train_epoch();  // false: stop requested
  void add_part(int part);
  loss::MixPlan mix_plan(const DeviceBatch& batch, int part) const;
  void after_step(StepSums sums, double learning_rate);
  void count_skipped();
  void write_train_record(double learning_rate);
  bool evaluate_epoch();    // false: stop requested
  bool evaluate_or_save();  // the same; saves before it passes an error on
  void observe_progress(double top1_error);
  void finish_epoch();
  // Waits for the device and moves the sums into state_. What is not finite is dealt with as the config says.
  void settle();
  void handle_non_finite(std::int64_t step);
  void roll_back(std::int64_t step);
  std::filesystem::path newest_valid_checkpoint();  // empty: there is none
  void warn(const HealthWarning& warning);
  void finish_line();
  void save_checkpoint();
  void write_checkpoint(std::int64_t bad_images);
  StepWish wish() const;
  data::LoaderOptions train_options();
  std::int64_t bad_images();  // of the whole run and all ranks, the present epoch included
  void report_bad_picture(const data::BadSample& bad);

  RunConfig config_;
  TrainerParts parts_;
  RunLength length_;
  RankTeam team_;
  std::unique_ptr<RunTrace> trace_;  // null: nothing is recorded
  StepClock clock_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  std::unique_ptr<optim::Ema> ema_;  // null: no average is kept
  std::unique_ptr<data::BatchLoader> train_loader_;
  DeviceBatchMaker batches_;
  std::optional<RunEvaluator> evaluator_;
  TrainStep step_;
  StepTotals totals_;
  torch::Tensor unclipped_norm_;  // of the last step's gradient, on the device; undefined where nothing is clipped
  std::optional<RunRecorder> recorder_;  // from run() on, of rank 0
  TrainState state_;
  Provenance provenance_;
  bool is_best_ = false;
  std::optional<double> top1_error_;  // of the weights as they are, where they were evaluated
  bool unsaved_ = true;               // something happened since the last checkpoint

  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point last_save_;
  std::optional<CheckpointSaver> saver_;  // Of rank 0. Last: its thread reads what stands above.
};

}  // namespace topfive::engine
