#include "topfive/engine/train_run.h"

#include <cstdlib>
#include <memory>

#include <torch/utils.h>
#include <torch/version.h>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/log.h"
#include "topfive/base/stop_signal.h"
#include "topfive/base/text.h"
#include "topfive/engine/autocast.h"
#include "topfive/engine/build_info.h"
#include "topfive/engine/checkpoint.h"
#include "topfive/engine/device.h"
#include "topfive/engine/dry_run.h"
#include "topfive/engine/health_facts.h"
#include "topfive/engine/rank_session.h"
#include "topfive/engine/run_length.h"
#include "topfive/engine/smoke.h"
#include "topfive/engine/trainer.h"
#include "topfive/engine/weights_loading.h"
#include "topfive/version.h"

namespace topfive::engine {
namespace {

// Config, data and network of one run; the trainer borrows from it.
struct Preparation {
  RunConfig config;
  dist::World world;   // of the run; in a dry run this process has met none of its other ranks
  dist::Ranks& ranks;  // those that it has met
  torch::Device device;
  SplitInput train_input;
  SplitInput eval_input;
  std::shared_ptr<models::ImageClassifier> model;
};

// Of the recipe's own length: a try-out of a few steps (train.max_steps) may end within the warm-up.
void check_length(const RunConfig& config, std::int64_t num_images) {
  TrainConfig whole = config.train;
  whole.max_steps = 0;
  const RunLength length = run_length(whole, num_images);
  optim::check_schedule(config.schedule, length.steps_per_epoch, length.total_steps);
}

// Ranks that would not do the same must not begin.
void check_same_start(dist::Ranks& ranks, const RunConfig& config) {
  ranks.require_equal("version of this program",
                      std::string(kVersion) + " " + kCommit + " with LibTorch " + TORCH_VERSION);
  ranks.require_equal("recipe (after --set)", dump_run_config(config));
}

std::unique_ptr<Preparation> prepare(const TrainRequest& request, RunConfig config, const dist::World& world,
                                     dist::Ranks& ranks, const torch::Device& device) {
  check_same_start(ranks, config);
  set_up_compute(config.train.num_compute_threads, world.local_size);
  set_up_precision(config.train, device);
  SplitInput train_input(config, request.data_directory, data::Split::kTrain);
  SplitInput eval_input(config, request.data_directory, data::Split::kEval);
  data::check_same_classes(train_input.source(), eval_input.source());
  check_length(config, train_input.source().size());
  ranks.require_equal("training data", train_input.source().fingerprint());
  torch::manual_seed(config.train.seed);
  auto model = make_model(config, device);
  // The same weights on all ranks, but not the same units dropped.
  if (!world.is_main()) torch::manual_seed(config.train.seed + static_cast<std::uint64_t>(world.rank));
  if (config.train.activation_checkpointing) model->set_activation_checkpointing(true);
  return std::make_unique<Preparation>(Preparation{std::move(config), world, ranks, device, std::move(train_input),
                                                   std::move(eval_input), std::move(model)});
}

// A run that goes on has its weights in its checkpoint.
void load_start_weights(const Preparation& run, const TrainRequest& request, bool resumes) {
  if (request.weights.empty()) return;
  if (resumes) {
    base::log_info("weights    those of the checkpoint; " + request.weights.string() + " was where the run started");
    return;
  }
  load_weight_file(run.config, *run.model, *weights::open_weights(request.weights), request.policy,
                   request.weights.string());
}

std::string describe_ranks(const Preparation& run, const TrainRequest& request) {
  if (!request.dry_run) return describe(run.world) + ", " + describe_backends(run.world, run.device);
  return std::to_string(run.world.size) + ", " + std::to_string(run.world.local_size) +
         " of them on this host (found by " + run.world.found_by +
         "); this dry run is one process, which measures as one of them";
}

void announce(const Preparation& run, const TrainRequest& request) {
  const auto length = run_length(run.config.train, run.train_input.source().size());
  base::log_info(build_summary());
  base::log_info("device     " + describe_device(run.device));
  if (!run.world.alone()) base::log_info("ranks      " + describe_ranks(run, request));
  base::log_info("model      " + describe_model(run.config, *run.model));
  base::log_info("training   " + describe_input(run.train_input));
  base::log_info("validation " + describe_input(run.eval_input));
  base::log_info("length     " + base::with_thousands(length.num_epochs()) + " epochs, " +
                 base::with_thousands(length.total_steps) + " steps, " +
                 describe_batch(run.config.train, run.world.size) + ", " +
                 optim::describe_rate(run.config.schedule, run.config.train.global_batch_size));
  base::log_info("output     " + (request.dry_run ? "none (dry run)" : request.run_directory.string()));
}

// The recipe's own batch and rate are deliberate; what --set makes of them may not be.
void warn_of_rate(const Preparation& run, const TrainRequest& request) {
  if (request.overrides.empty() || request.smoke || !run.world.is_main()) return;
  const auto warning = check_overrides(find_config(request.config), run.config);
  if (warning) base::log_warning("health: " + warning->name + ": " + warning->text);
}

std::optional<std::filesystem::path> checkpoint_to_resume(const TrainRequest& request) {
  const auto folder = request.run_directory / "checkpoints";
  CheckpointStore store(folder);
  if (request.resume.empty()) {
    if (store.empty()) return std::nullopt;
    throw base::UserError(base::ExitCode::kCannotCreate,
                          request.run_directory.string() +
                              ": already holds a run; go on with it by --resume auto, or choose another --out");
  }
  if (request.resume == "auto") return store.newest_valid();
  const auto checkpoint = resolve_checkpoint(request.resume);
  verify_checkpoint(checkpoint);
  return checkpoint;
}

void report_end(const Trainer& trainer, const TrainRequest& request, TrainOutcome outcome) {
  const TrainState& state = trainer.state();
  if (outcome == TrainOutcome::kStopped) {
    const std::string cause = base::stop_signal_name().empty() ? "time limit" : base::stop_signal_name();
    base::log_info("stopped by " + cause + " at step " + base::with_thousands(state.step) +
                   "; go on with --resume auto");
    return;
  }
  if (state.bad_images > 0) {
    base::log_warning(base::with_thousands(state.bad_images) + " pictures could not be used, listed in " +
                      (request.run_directory / "bad_pictures.jsonl").string());
  }
  if (request.smoke) {
    base::log_info("smoke      " + request.config + " trains, evaluates and saves; next: train --config " +
                   request.config + " --data DIR --out DIR");
    return;
  }
  base::log_info("finished after " + base::with_thousands(state.step) + " steps; next: eval --checkpoint " +
                 request.run_directory.string() + " --data " + request.data_directory.string());
}

// What rank 0 decides for all: where the run goes on, if it does. Only it looks into the run directory, and locks it.
std::optional<std::filesystem::path> agree_on_checkpoint(const Preparation& run, const TrainRequest& request) {
  const bool is_main = run.world.is_main();
  const auto own = is_main ? checkpoint_to_resume(request) : std::nullopt;
  const std::string path = run.ranks.broadcast(own ? own->string() : "", "agreeing on the checkpoint");
  if (path.empty()) return std::nullopt;
  if (!is_main) verify_checkpoint(path);
  return path;
}

TrainOutcome train_with(const TrainRequest& request, const RunConfig& config, const dist::World& world,
                        RankSession& session, const torch::Device& device) {
  const auto run = prepare(request, config, world, session.ranks(), device);
  announce(*run, request);
  warn_of_rate(*run, request);
  if (request.dry_run) {
    load_start_weights(*run, request, false);
    report_dry_run({run->config, run->device, *run->model, run->train_input, run->eval_input, world},
                   request.run_directory);
    return TrainOutcome::kFinished;
  }

  const auto stage = stage_input(request.stage, {&run->train_input, &run->eval_input}, request.data_directory);
  std::optional<base::FileLock> lock;
  if (world.is_main()) {
    base::create_writable_directory(request.run_directory);
    lock.emplace(request.run_directory / ".lock");
  }
  const auto checkpoint = agree_on_checkpoint(*run, request);
  load_start_weights(*run, request, checkpoint.has_value());

  TrainerParts parts;
  parts.device = run->device;
  parts.model = run->model;
  parts.train_input = &run->train_input;
  parts.eval_input = &run->eval_input;
  parts.run_directory = request.run_directory;
  parts.max_time = request.max_time;
  parts.trace_file = request.trace;
  parts.accepted_changes = request.accepted_changes;
  parts.ranks = &session.ranks();
  parts.pulse = session.pulse();
  Trainer trainer(run->config, std::move(parts));
  if (checkpoint) {
    trainer.resume_from(*checkpoint);
    base::log_info("resumed    " + checkpoint->string() + " at step " + base::with_thousands(trainer.state().step));
  }
  if (world.is_main()) {
    base::write_file_atomically(request.run_directory / "config.json", dump_run_config(run->config));
  }
  const auto outcome = trainer.run();
  report_end(trainer, request, outcome);
  return outcome;
}

// The ranks that a run with this command line would have, as rank 0 sees them; each has its device.
dist::World planned_world(const std::string& devices) {
  dist::World world = dist::find_world();
  if (!world.alone()) return world;
  world.size = world.local_size = count_devices(devices);
  for (int rank = 1; rank < world.size; ++rank) choose_device(devices, rank, world.local_size);
  if (!world.alone()) world.found_by = "train --devices";
  return world;
}

// Row indexes that are made are also written.
data::RowIndexUse without_making(data::RowIndexUse use) {
  return use == data::RowIndexUse::kMake ? data::RowIndexUse::kAuto : use;
}

TrainOutcome run_in_directory(const TrainRequest& request) {
  auto config = load_run_config(find_config(request.config), request.overrides);
  if (request.smoke) make_smoke(config);
  if (request.dry_run) config.data.row_index = without_making(config.data.row_index);
  const dist::World world = request.dry_run ? planned_world(request.devices) : dist::find_world();
  if (request.dry_run && !world.is_main()) return TrainOutcome::kFinished;  // rank 0 measures for all
  if (!world.is_main()) base::set_log_rank(world.rank);
  device_batch_size(config.train, world.size);
  const auto device = choose_device(request.devices, world.local_rank, world.local_size, devices_per_process(config));
  RankSession session(request.dry_run ? dist::World{} : world, config.parallel, device);
  try {
    const auto outcome = train_with(request, config, world, session, device);
    session.leave();
    return outcome;
  } catch (const std::exception& error) {
    session.leave_failed(error);
    throw;
  }
}

// Removes itself and everything in it.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "topfive-smoke-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw base::UserError(base::ExitCode::kCannotCreate,
                            name + ": cannot be made; set TMPDIR to a writable directory");
    }
    path_ = name;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TrainOutcome run_smoke(const TrainRequest& request) {
  const ScratchDirectory scratch;
  TrainRequest smoke = request;
  if (smoke.run_directory.empty()) smoke.run_directory = scratch.path() / "run";
  return run_in_directory(smoke);
}

void require_directories(const TrainRequest& request) {
  const char* missing = request.data_directory.empty() ? "--data" : request.run_directory.empty() ? "--out" : nullptr;
  if (missing == nullptr) return;
  throw base::UserError(base::ExitCode::kUsage, std::string(missing) +
                                                    " is required (train --smoke tries a recipe out without it); see "
                                                    "--help");
}

}  // namespace

void check_for_ranks(const TrainRequest& request, int num_ranks) {
  const RunConfig config = load_run_config(find_config(request.config), request.overrides);
  device_batch_size(config.train, num_ranks);
}

TrainOutcome run_training(const TrainRequest& request) {
  if (request.smoke) return run_smoke(request);
  require_directories(request);
  return run_in_directory(request);
}

std::chrono::seconds parse_duration(const std::string& text) {
  std::int64_t total = 0;
  std::int64_t value = -1;
  bool valid = !text.empty() && text.size() <= 12;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      value = std::max<std::int64_t>(value, 0) * 10 + (c - '0');
      continue;
    }
    const std::int64_t unit = c == 'h' ? 3600 : c == 'm' ? 60 : c == 's' ? 1 : 0;
    if (unit == 0 || value < 0) valid = false;
    total += value * unit;
    value = -1;
  }
  if (!valid || value >= 0 || total <= 0) {
    throw base::UserError(base::ExitCode::kUsage,
                          "--max-time " + text + ": not a duration; write 90s, 30m, 3h or 1h30m");
  }
  return std::chrono::seconds(total);
}

}  // namespace topfive::engine
