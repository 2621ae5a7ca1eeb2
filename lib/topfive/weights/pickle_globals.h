// The names of Python that a pickle of tensors may mention.
#pragma once

#include <optional>
#include <string>

#include "topfive/weights/dtype.h"

namespace topfive::weights {

enum class PickleRole {
  kStorageType,       // torch.FloatStorage, ...
  kDType,             // torch.float32, ...
  kRebuildTensor,     // torch._utils._rebuild_tensor
  kRebuildTensorV2,   // torch._utils._rebuild_tensor_v2
  kRebuildParameter,  // torch._utils._rebuild_parameter
  kOrderedDict,       // collections.OrderedDict
  kSize,              // torch.Size
  kNamespace,         // argparse.Namespace
};

struct PickleGlobal {
  PickleRole role;
  DType dtype = DType::kF32;  // of a storage type
};

// Nothing for a name that is not allowed.
std::optional<PickleGlobal> pickle_global(const std::string& module, const std::string& name);

}  // namespace topfive::weights
