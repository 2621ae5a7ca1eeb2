#include "topfive/weights/tensor_file.h"

#include <array>

#include <torch/torch.h>

#include "topfive/weights/safetensors_file.h"

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

DType file_type(torch::ScalarType type) {
  for (const auto& [scalar_type, dtype] : kTypes) {
    if (scalar_type == type) return dtype;
  }
  TORCH_CHECK(false, "save_tensors: safetensors has no type for ", type);
}

torch::ScalarType scalar_type(DType type) {
  for (const auto& [scalar_type, dtype] : kTypes) {
    if (dtype == type) return scalar_type;
  }
  TORCH_CHECK(false, "load_tensors: no tensor type for ", dtype_name(type));
}

}  // namespace

void save_tensors(const std::filesystem::path& path, const NamedTensors& tensors, const Metadata& metadata) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> held;  // Keeps the copies alive until the file is written.
  std::vector<TensorBytes> parts;
  held.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) {
    held.push_back(tensor.detach().to(torch::kCPU).contiguous());
    const torch::Tensor& dense = held.back();
    parts.push_back({name,
                     file_type(dense.scalar_type()),
                     dense.sizes().vec(),
                     {static_cast<const std::byte*>(dense.const_data_ptr()), dense.nbytes()}});
  }
  write_safetensors(path, parts, metadata);
}

TensorFile load_tensors(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  TensorFile result;
  result.metadata = file.header().metadata;
  for (const TensorEntry& entry : file.header().tensors) {
    torch::Tensor tensor = torch::empty(entry.shape, scalar_type(entry.dtype));
    file.read(entry, {static_cast<std::byte*>(tensor.mutable_data_ptr()), tensor.nbytes()});
    result.tensors.emplace_back(entry.name, std::move(tensor));
  }
  return result;
}

}  // namespace topfive::weights
