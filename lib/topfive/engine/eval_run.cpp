#include "topfive/engine/eval_run.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <torch/version.h>

#include "topfive/base/crc32c.h"
#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/log.h"
#include "topfive/base/progress.h"
#include "topfive/base/stop_signal.h"
#include "topfive/base/text.h"
#include "topfive/engine/assembly.h"
#include "topfive/engine/build_info.h"
#include "topfive/engine/device.h"
#include "topfive/engine/eval_subject.h"
#include "topfive/engine/evaluator.h"
#include "topfive/engine/predictions_file.h"
#include "topfive/engine/rank_session.h"
#include "topfive/engine/shared_failure.h"
#include "topfive/engine/train_state.h"
#include "topfive/version.h"

namespace topfive::engine {
namespace {

std::string name_of(EvalProtocol protocol) {
  for (const auto& [name, value] : eval_protocol_names()) {
    if (value == protocol) return name;
  }
  throw std::logic_error("a protocol without a name");
}

// A label is an index into sorted class names: another set of classes would shift every label without a word.
void check_classes(const EvalSubject& subject, const data::SampleSource& source) {
  const auto& trained = subject.class_names;
  if (trained.empty()) return;  // the file does not say
  const auto& found = source.class_names();
  for (std::size_t i = 0; i < std::max(trained.size(), found.size()); ++i) {
    const std::string was = i < trained.size() ? trained[i] : "nothing";
    const std::string is = i < found.size() ? as_stored(found[i]) : "nothing";
    if (was == is) continue;
    throw base::UserError(base::ExitCode::kBadData, "the classes differ from those the network was trained on: class " +
                                                        std::to_string(i) + " was \"" + was + "\" and is \"" + is +
                                                        "\" here; check --data");
  }
}

std::string result_json(const EvalRequest& request, const EvalSubject& subject, const metrics::TopKCounts& counts,
                        std::int64_t missing) {
  const nlohmann::ordered_json json = {{"top1_error", counts.top1_error()},
                                       {"top5_error", counts.top5_error()},
                                       {"top1_wrong", counts.total - counts.top1_correct},
                                       {"top5_wrong", counts.total - counts.top5_correct},
                                       {"images", counts.total},
                                       {"protocol", name_of(subject.config.train.eval_protocol)},
                                       {"missing", missing},
                                       {request.weights.empty() ? "checkpoint" : "weights", subject.file.string()},
                                       {"step", subject.step},
                                       {"data", request.data_directory.string()},
                                       {"build", build_summary()}};
  return json.dump(2) + "\n";
}

// A denominator that shrinks without a word would make a broken disk look like a better network.
std::string missing_line(std::int64_t missing, std::int64_t total) {
  if (missing == 0) return "";
  return base::with_thousands(missing) + " of " + base::with_thousands(total) +
         " pictures are missing: they could not be used and are not in these counts\n";
}

std::string report(const metrics::TopKCounts& counts, EvalProtocol protocol, std::int64_t missing) {
  return format_error("top-1", counts.top1_correct, counts.total) + format_protocol(protocol) + "\n" +
         format_error("top-5", counts.top5_correct, counts.total) + format_protocol(protocol) + "\n" +
         missing_line(missing, counts.total + missing);
}

data::LoaderOptions eval_loader_options(const EvalRequest& request, const RunConfig& config, const SplitInput& input,
                                        const dist::World& world) {
  auto options = loader_options(config, input, data::Split::kEval, world);
  if (!request.skip_bad) return options;
  options.bad_pictures = data::BadPictures::kLeaveOut;
  options.on_bad = [](const data::BadSample& bad) {
    base::log_warning(bad.name + ": " + bad.kind + ": " + bad.reason + "; left out");
  };
  return options;
}

// What is evaluated on which pictures: the same on every rank.
struct Evaluation {
  torch::Device device = torch::kCPU;
  EvalSubject subject;
  std::unique_ptr<SplitInput> input;
  std::unique_ptr<data::Stage> stage;
  std::unique_ptr<data::BatchLoader> loader;
};

void announce_process(const dist::World& world) {
  base::log_info(build_summary());
  if (world.alone()) return;
  base::log_info("ranks      " + describe(world) + ", " + describe_backends(world, torch::kCPU));
}

void prepare(const EvalRequest& request, const dist::World& world, Evaluation& run) {
  run.device = choose_device(request.devices, world.local_rank, world.local_size);
  announce_process(world);
  run.subject = load_eval_subject(request, run.device);
  if (request.protocol) run.subject.config.train.eval_protocol = *request.protocol;
  const RunConfig& config = run.subject.config;
  set_up_compute(config.train.num_compute_threads, world.local_size);
  base::log_info("device     " + describe_device(run.device));
  run.input = std::make_unique<SplitInput>(config, request.data_directory, data::Split::kEval);
  check_classes(run.subject, run.input->source());
  base::log_info("evaluating " + run.subject.origin);
  base::log_info("model      " + describe_model(config, *run.subject.model));
  base::log_info("validation " + describe_input(*run.input));
  run.stage = stage_input(request.stage, {run.input.get()}, request.data_directory);
  run.loader = make_loader(*run.input, eval_loader_options(request, config, *run.input, world), run.device);
  base::log_info("input path " + describe_loader(*run.loader));
}

std::string checksum_of(const models::ImageClassifier& model) {
  std::uint32_t checksum = 0;
  const auto add = [&](const torch::Tensor& tensor) {
    const auto values = tensor.detach().cpu().contiguous();
    checksum = base::crc32c({static_cast<const std::byte*>(values.const_data_ptr()), values.nbytes()}, checksum);
  };
  for (const torch::Tensor& parameter : model.parameters()) add(parameter);
  for (const torch::Tensor& buffer : model.buffers()) add(buffer);
  return std::to_string(checksum);
}

// Ranks that would not count the same must not begin.
void check_same_evaluation(dist::Ranks& ranks, const EvalRequest& request, const Evaluation& run) {
  if (ranks.alone()) return;
  ranks.require_equal("version of this program",
                      std::string(kVersion) + " " + kCommit + " with LibTorch " + TORCH_VERSION);
  ranks.require_equal("command line", std::string(request.skip_bad ? "with" : "without") + " --skip-bad, " +
                                          (request.predictions.empty() ? "without" : "with") + " --predictions");
  ranks.require_equal("preprocessing or network", dump_run_config(run.subject.config));
  ranks.require_equal("network's weights (checksum)", checksum_of(*run.subject.model));
  ranks.require_equal("validation data", run.input->source().fingerprint());
}

// Rank 0 sees its own batches only; the others go through as many meanwhile.
class RankProgress {
 public:
  RankProgress(const dist::World& world, std::int64_t pictures)
      : world_(world), left_(pictures), progress_("evaluated", pictures) {}

  void add(std::int64_t pictures) {
    if (!world_.is_main()) return;
    const std::int64_t of_all = std::min(pictures * world_.size, left_);
    left_ -= of_all;
    progress_.add(of_all);
  }
  void finish() { progress_.finish(); }

 private:
  dist::World world_;
  std::int64_t left_;
  base::CountProgress progress_;
};

// This rank's part of the batches; nullopt on every rank if one of them was told to stop. A batch that fails on one
// rank ends all: the one that a process alone would have come to first is told.
std::optional<metrics::TopKCounts> count_own(Evaluation& run, RankTeam& team, PredictionsFile* predictions) {
  RankProgress progress(team.world(), run.input->source().size());
  std::exception_ptr error;
  std::int64_t round = -1;
  EvalOptions options;
  options.protocol = run.subject.config.train.eval_protocol;
  options.world = team.world();
  options.whole_batches = true;
  options.observer = [&](const data::Batch& batch, const torch::Tensor& logits) {
    if (predictions != nullptr) predictions->add(batch, logits);
    progress.add(batch.size);
  };
  options.stop = [&] {
    team.note(++round, dist::kWithOtherRanks);
    const bool stop = team.agree({.stop = base::stop_requested() || error}).stop;
    team.note(round, "evaluating");
    return stop;
  };
  std::int64_t failed_batch = 0;
  options.on_error = [&](std::exception_ptr thrown) {
    error = std::move(thrown);
    failed_batch = round * team.world().size + team.world().rank;
  };
  const auto counts =
      evaluate(*run.subject.model, *run.loader, make_batch_maker(run.subject.config, run.device), options);
  progress.finish();
  team.note(round, dist::kWithOtherRanks);
  settle_failures(team, error, failed_batch);
  return counts;
}

// After the ranks have met.
EvalOutcome evaluate_on_ranks(const EvalRequest& request, RankSession& session) {
  RankTeam team(&session.ranks(), session.pulse());
  Evaluation run;
  do_together(team, [&] { prepare(request, team.world(), run); });
  do_together(team, [&] { check_same_evaluation(session.ranks(), request, run); });
  std::optional<PredictionsFile> predictions;
  if (!request.predictions.empty()) predictions.emplace(request.predictions, run.input->source());
  const auto own = count_own(run, team, predictions ? &*predictions : nullptr);
  if (!own) return {base::ExitCode::kStopped, ""};

  const auto counts = sum_counts(*own, team);
  const std::int64_t missing = team.sum(run.loader->bad_samples(), "counting bad pictures");
  std::vector<std::string> lines;
  if (predictions) lines = team.gather(predictions->packed(), "collecting the predictions");
  do_together(team, [&] {
    if (!team.is_main()) return;
    if (counts.total == 0) {
      throw base::UserError(base::ExitCode::kBadData, "no picture of the validation set could be used; check --data");
    }
    if (predictions) predictions->write(lines);
    if (request.out.empty()) return;
    base::write_file_atomically(request.out, result_json(request, run.subject, counts, missing));
  });
  return {base::ExitCode::kOk, team.is_main() ? report(counts, run.subject.config.train.eval_protocol, missing) : ""};
}

}  // namespace

EvalOutcome run_evaluation(const EvalRequest& request) {
  const dist::World world = dist::find_world();
  if (!world.is_main()) base::set_log_rank(world.rank);
  // Nothing but counts and texts travels, so CPUs' tensors do.
  RankSession session(world, ParallelConfig{}, torch::kCPU);
  try {
    const auto outcome = evaluate_on_ranks(request, session);
    session.leave();
    return outcome;
  } catch (const SharedFailure& failure) {
    session.leave();
    if (failure.told()) std::rethrow_exception(failure.told());
    return {failure.code(), ""};
  } catch (const std::exception& error) {
    session.leave_failed(error);
    throw;
  }
}

}  // namespace topfive::engine
