#include "topfive/engine/eval_subject.h"

#include <algorithm>
#include <utility>

#include "topfive/base/error.h"
#include "topfive/base/text.h"
#include "topfive/engine/assembly.h"
#include "topfive/engine/checkpoint.h"
#include "topfive/engine/checkpoint_store.h"
#include "topfive/engine/preprocessing.h"
#include "topfive/engine/weights_loading.h"
#include "topfive/models/uninitialised_model.h"

namespace topfive::engine {
namespace {

EvalSubject subject_of_checkpoint(const EvalRequest& request, const torch::Device& device) {
  EvalSubject subject;
  subject.file = resolve_checkpoint(request.checkpoint);
  verify_checkpoint(subject.file);
  const StateFile saved = read_state_file(subject.file);
  subject.config = parse_run_config(saved.provenance.config_json, (subject.file / "state.json").string());
  subject.class_names = saved.provenance.class_names;
  subject.step = saved.state.step;
  const bool average = weights_to_evaluate(subject.file).filename() == "ema.safetensors";
  subject.origin = "checkpoint " + subject.file.string() + ", step " + base::with_thousands(saved.state.step) +
                   (average ? ", average of the weights" : "");
  subject.model = models::build_uninitialised_model(subject.config.model);
  load_model(weights_to_evaluate(subject.file), *subject.model);
  move_model(subject.config, *subject.model, device);
  return subject;
}

// The recipe that the request and the file's metadata amount to.
RunConfig config_for_weights(const EvalRequest& request, const WeightFacts& facts) {
  RunConfig config;
  if (!request.model.empty()) {
    config = config_of_model(request.model);
  } else if (facts.model) {
    config.model = *facts.model;
  } else {
    throw base::UserError(base::ExitCode::kUsage, request.weights.string() +
                                                      ": does not say which network it is for; add --model, as in " +
                                                      "--model resnet50 (inspect model lists the names)");
  }
  if (!config.augment.eval.empty()) return config;
  const Preprocessing preprocessing =
      facts.preprocessing
          ? *facts.preprocessing
          : usual_preprocessing(models::nominal_image_size(config.model), models::input_channels(config.model));
  config.augment.eval = preprocessing.transforms;
  config.data.channels = preprocessing.channels;
  config.data.mean = preprocessing.mean;
  config.data.std = preprocessing.std;
  return config;
}

bool has_auxiliary_heads(const weights::WeightSource& source) {
  return std::any_of(source.outlines().begin(), source.outlines().end(),
                     [](const auto& outline) { return outline.name.starts_with("aux1."); });
}

// The network in the size that the file has: as many classes, and auxiliary heads only if they are there.
std::shared_ptr<models::ImageClassifier> model_for(models::ModelConfig& config, const weights::WeightSource& source) {
  auto* googlenet = std::get_if<models::GoogLeNetConfig>(&config);
  if (googlenet != nullptr && !has_auxiliary_heads(source)) googlenet->auxiliary_heads = false;
  auto model = models::build_uninitialised_model(config);
  const std::int64_t classes = weights::classes_in(source, *model);
  constexpr std::int64_t kMostClasses = 1'000'000;
  if (classes < 2 || classes > kMostClasses || classes == models::num_classes(config)) return model;
  models::set_num_classes(config, static_cast<int>(classes));
  return models::build_uninitialised_model(config);
}

EvalSubject subject_of_weights(const EvalRequest& request, const torch::Device& device) {
  const auto source = weights::open_weights(request.weights);
  const WeightFacts facts = read_weight_facts(source->metadata(), request.weights.string());
  EvalSubject subject;
  subject.file = request.weights;
  subject.config = config_for_weights(request, facts);
  subject.class_names = facts.class_names;
  subject.origin = "weights " + request.weights.string();
  // Under --partial some tensors keep their initial values, so there have to be some.
  const bool partial = request.policy == weights::LoadPolicy::kPartial;
  subject.model = model_for(subject.config.model, *source);
  if (partial) subject.model = models::build_model(subject.config.model);
  load_weight_file(subject.config, *subject.model, *source, request.policy, request.weights.string());
  move_model(subject.config, *subject.model, device);
  return subject;
}

}  // namespace

EvalSubject load_eval_subject(const EvalRequest& request, const torch::Device& device) {
  return request.weights.empty() ? subject_of_checkpoint(request, device) : subject_of_weights(request, device);
}

}  // namespace topfive::engine
