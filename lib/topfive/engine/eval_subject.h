// What is evaluated: a network with its weights, and what its pictures must go through.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "topfive/engine/eval_run.h"
#include "topfive/engine/run_config.h"
#include "topfive/models/image_classifier.h"

namespace topfive::engine {

struct EvalSubject {
  RunConfig config;
  std::shared_ptr<models::ImageClassifier> model;  // loaded, on the device
  std::vector<std::string> class_names;            // that it was trained on; empty if the file does not say
  std::string origin;                              // "checkpoint runs/a/checkpoints/last, step 1,404"
  std::filesystem::path file;
  std::int64_t step = 0;  // of a checkpoint
};

// The checkpoint or the weight file of the request. A weight file brings its network and preprocessing in its metadata,
// or --model names the network; then the preprocessing is the config file's, the metadata's, or ImageNet's usual one,
// in this order. The number of classes is the file's. UserError as the readers of either.
EvalSubject load_eval_subject(const EvalRequest& request, const torch::Device& device);

}  // namespace topfive::engine
