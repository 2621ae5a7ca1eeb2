#include "topfive/models/uninitialised_model.h"

#include <ATen/core/stack.h>
#include <torch/library.h>
#include <torch/torch.h>

namespace topfive::models {
namespace {

// The one dispatch key of LibTorch that a thread can switch on for itself and that no part of LibTorch claims. The
// kernel below is reached only while a guard includes it; every other operator falls through.
constexpr auto kModeKey = c10::DispatchKey::TESTING_ONLY_GenericMode;

// Returns the tensor that was to be filled, as it is. Boxed, so that it serves operators of any signature.
void keep_as_is(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  torch::jit::drop(*stack, op.schema().arguments().size() - 1);
}

TORCH_LIBRARY_IMPL(_, TESTING_ONLY_GenericMode, library) { library.fallback(torch::CppFunction::makeFallthrough()); }

TORCH_LIBRARY_IMPL(aten, TESTING_ONLY_GenericMode, library) {
  library.impl("uniform_", torch::CppFunction::makeFromBoxedFunction<&keep_as_is>());
  library.impl("normal_", torch::CppFunction::makeFromBoxedFunction<&keep_as_is>());
}

}  // namespace

std::shared_ptr<ImageClassifier> build_uninitialised_model(const ModelConfig& config) {
  const c10::impl::IncludeDispatchKeyGuard skip_draws(kModeKey);
  return build_model(config);
}

}  // namespace topfive::models
