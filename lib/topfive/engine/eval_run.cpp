#include "topfive/engine/eval_run.h"

#include <memory>
#include <optional>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/log.h"
#include "topfive/base/progress.h"
#include "topfive/base/text.h"
#include "topfive/engine/assembly.h"
#include "topfive/engine/build_info.h"
#include "topfive/engine/device.h"
#include "topfive/engine/eval_subject.h"
#include "topfive/engine/evaluator.h"
#include "topfive/engine/predictions_file.h"
#include "topfive/engine/train_state.h"

namespace topfive::engine {
namespace {

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

data::LoaderOptions eval_loader_options(const EvalRequest& request, const RunConfig& config, const SplitInput& input) {
  auto options = loader_options(config, input, data::Split::kEval);
  if (!request.skip_bad) return options;
  options.bad_pictures = data::BadPictures::kLeaveOut;
  options.on_bad = [](const data::BadSample& bad) {
    base::log_warning(bad.name + ": " + bad.kind + ": " + bad.reason + "; left out");
  };
  return options;
}

}  // namespace

EvalOutcome run_evaluation(const EvalRequest& request) {
  const auto device = choose_device(request.devices);
  base::log_info(build_summary());
  base::log_info("device     " + describe_device(device));
  const EvalSubject subject = load_eval_subject(request, device);
  const RunConfig& config = subject.config;
  set_up_compute(config.train.num_compute_threads);
  const SplitInput input(config, request.data_directory, data::Split::kEval);
  check_classes(subject, input.source());
  base::log_info("evaluating " + subject.origin);
  base::log_info("model      " + describe_model(config, *subject.model));
  base::log_info("validation " + describe_input(input));

  const auto stage = stage_input(request.stage, {&input}, request.data_directory);
  const auto loader = make_loader(input, eval_loader_options(request, config, input), device);
  base::log_info("input path " + describe_loader(*loader));
  std::optional<PredictionsFile> predictions;
  if (!request.predictions.empty()) predictions.emplace(request.predictions, input.source());
  base::CountProgress progress("evaluated", input.source().size());
  const auto observe = [&](const data::Batch& batch, const torch::Tensor& logits) {
    if (predictions) predictions->add(batch, logits);
    progress.add(batch.size);
  };
  const auto counts = evaluate(*subject.model, *loader, make_batch_maker(config, device), {.observer = observe});
  progress.finish();
  if (!counts) return {};
  const std::int64_t missing = loader->bad_samples();
  if (counts->total == 0) {
    throw base::UserError(base::ExitCode::kBadData, "no picture of the validation set could be used; check --data");
  }
  if (predictions) predictions->write();
  if (!request.out.empty()) base::write_file_atomically(request.out, result_json(request, subject, *counts, missing));
  return {true, format_error("top-1", counts->top1_correct, counts->total) + "\n" +
                    format_error("top-5", counts->top5_correct, counts->total) + "\n" +
                    missing_line(missing, counts->total + missing)};
}

}  // namespace topfive::engine
