#include "topfive/models/uninitialised_model.h"

#include <torch/torch.h>

#include "topfive/models/dispatch_mode.h"

namespace topfive::models {

std::shared_ptr<ImageClassifier> build_uninitialised_model(const ModelConfig& config) {
  const DispatchModeGuard skip_draws(DispatchMode::kSkipDraws);
  return build_model(config);
}

}  // namespace topfive::models
