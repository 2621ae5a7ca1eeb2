#include "topfive/weights/scalar_types.h"

#include <array>
#include <utility>

#include <torch/torch.h>

namespace topfive::weights {
namespace {

constexpr std::array<std::pair<torch::ScalarType, DType>, 15> kTypes = {{
    {torch::kBool, DType::kBool},
    {torch::kUInt8, DType::kU8},
    {torch::kInt8, DType::kI8},
    {torch::kFloat8_e5m2, DType::kF8E5M2},
    {torch::kFloat8_e4m3fn, DType::kF8E4M3},
    {torch::kInt16, DType::kI16},
    {torch::kUInt16, DType::kU16},
    {torch::kFloat16, DType::kF16},
    {torch::kBFloat16, DType::kBf16},
    {torch::kInt32, DType::kI32},
    {torch::kUInt32, DType::kU32},
    {torch::kFloat32, DType::kF32},
    {torch::kInt64, DType::kI64},
    {torch::kUInt64, DType::kU64},
    {torch::kFloat64, DType::kF64},
}};

}  // namespace

DType dtype_of(torch::ScalarType type) {
  for (const auto& [scalar_type, dtype] : kTypes) {
    if (scalar_type == type) return dtype;
  }
  TORCH_CHECK(false, "weight files have no type for ", type);
}

torch::ScalarType scalar_type(DType type) {
  for (const auto& [scalar_type, dtype] : kTypes) {
    if (dtype == type) return scalar_type;
  }
  TORCH_CHECK(false, "no tensor type for ", dtype_name(type));
}

}  // namespace topfive::weights
