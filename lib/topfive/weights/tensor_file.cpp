#include "topfive/weights/tensor_file.h"

#include <torch/torch.h>

#include "topfive/base/files.h"
#include "topfive/weights/scalar_types.h"

namespace topfive::weights {

void encode_tensors(const NamedTensors& tensors, const Metadata& metadata, const SafetensorsSink& write) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> held;  // Keeps the copies alive until the file is written.
  std::vector<TensorBytes> parts;
  held.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) {
    held.push_back(tensor.detach().to(torch::kCPU).contiguous());
    const torch::Tensor& dense = held.back();
    parts.push_back({name,
                     dtype_of(dense.scalar_type()),
                     dense.sizes().vec(),
                     {static_cast<const std::byte*>(dense.const_data_ptr()), dense.nbytes()}});
  }
  encode_safetensors(parts, metadata, write);
}

void save_tensors(const std::filesystem::path& path, const NamedTensors& tensors, const Metadata& metadata) {
  encode_tensors(tensors, metadata, [&](base::FileParts parts) { base::write_new_file(path, parts); });
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
