// Changes what LibTorch's operators do, on one thread and for a while.
#pragma once

#include <c10/core/impl/LocalDispatchKeySet.h>

namespace topfive::models {

enum class DispatchMode {
  kSkipDraws,   // uniform_ and normal_ leave their tensor as it is, and the generator too
  kShapesOnly,  // every operator sees its tensors without their values (as "meta" tensors) and gives such
};

// While it lives, this thread's operators behave as said. Modes do not nest.
class DispatchModeGuard {
 public:
  explicit DispatchModeGuard(DispatchMode mode);
  ~DispatchModeGuard();
  DispatchModeGuard(const DispatchModeGuard&) = delete;
  DispatchModeGuard& operator=(const DispatchModeGuard&) = delete;

 private:
  // The one dispatch key of LibTorch that a thread can switch on for itself and that no part of LibTorch claims.
  c10::impl::IncludeDispatchKeyGuard include_{c10::DispatchKey::TESTING_ONLY_GenericMode};
};

}  // namespace topfive::models
