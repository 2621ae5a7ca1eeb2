#include "topfive/weights/pickle_globals.h"

#include <array>
#include <string_view>

namespace topfive::weights {
namespace {

struct NamedGlobal {
  std::string_view module;
  std::string_view name;
  PickleGlobal global;
};

constexpr std::array<NamedGlobal, 28> kAllowed = {{
    {"torch", "FloatStorage", {PickleRole::kStorageType, DType::kF32}},
    {"torch", "DoubleStorage", {PickleRole::kStorageType, DType::kF64}},
    {"torch", "HalfStorage", {PickleRole::kStorageType, DType::kF16}},
    {"torch", "BFloat16Storage", {PickleRole::kStorageType, DType::kBf16}},
    {"torch", "LongStorage", {PickleRole::kStorageType, DType::kI64}},
    {"torch", "IntStorage", {PickleRole::kStorageType, DType::kI32}},
    {"torch", "ShortStorage", {PickleRole::kStorageType, DType::kI16}},
    {"torch", "CharStorage", {PickleRole::kStorageType, DType::kI8}},
    {"torch", "ByteStorage", {PickleRole::kStorageType, DType::kU8}},
    {"torch", "BoolStorage", {PickleRole::kStorageType, DType::kBool}},
    {"torch._utils", "_rebuild_tensor", {PickleRole::kRebuildTensor}},
    {"torch._utils", "_rebuild_tensor_v2", {PickleRole::kRebuildTensorV2}},
    {"torch._utils", "_rebuild_parameter", {PickleRole::kRebuildParameter}},
    {"collections", "OrderedDict", {PickleRole::kOrderedDict}},
    {"torch", "Size", {PickleRole::kSize}},
    {"argparse", "Namespace", {PickleRole::kNamespace}},
    {"torch", "float32", {PickleRole::kDType}},
    {"torch", "float64", {PickleRole::kDType}},
    {"torch", "float16", {PickleRole::kDType}},
    {"torch", "bfloat16", {PickleRole::kDType}},
    {"torch", "int64", {PickleRole::kDType}},
    {"torch", "int32", {PickleRole::kDType}},
    {"torch", "int16", {PickleRole::kDType}},
    {"torch", "int8", {PickleRole::kDType}},
    {"torch", "uint8", {PickleRole::kDType}},
    {"torch", "bool", {PickleRole::kDType}},
    {"torch.cuda", "FloatStorage", {PickleRole::kStorageType, DType::kF32}},
    {"torch.cuda", "HalfStorage", {PickleRole::kStorageType, DType::kF16}},
}};

}  // namespace

std::optional<PickleGlobal> pickle_global(const std::string& module, const std::string& name) {
  for (const NamedGlobal& allowed : kAllowed) {
    if (allowed.module == module && allowed.name == name) return allowed.global;
  }
  return std::nullopt;
}

}  // namespace topfive::weights
