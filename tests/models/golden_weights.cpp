#include "golden_weights.h"

#include <cmath>

namespace topfive::models {
namespace {

// 32-bit FNV-1a.
std::uint64_t key_of(const std::string& name) {
  std::uint32_t key = 2166136261U;
  for (const char c : name) key = (key ^ static_cast<unsigned char>(c)) * 16777619U;
  return key;
}

// Writes number * scale + offset for numbers in [-0.5, 0.5), each a hash of its index and `key`; exact in float32.
void write_hashed(torch::Tensor& tensor, std::uint64_t key, float scale, float offset) {
  torch::Tensor dense = torch::empty(tensor.sizes());
  float* out = dense.data_ptr<float>();
  const auto count = static_cast<std::uint64_t>(dense.numel());
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t mixed = (i * 2654435761U + key * 40503U + 12345U) & 0xffffffffU;
    mixed = (mixed * 69069U + (mixed >> 16)) & 0xffffffffU;
    out[i] = (static_cast<float>(mixed >> 8) / 16777216.0F - 0.5F) * scale + offset;
  }
  tensor.copy_(dense);
}

void write_values(const std::string& name, torch::Tensor& tensor) {
  const auto ends_with = [&](const std::string& end) { return name.ends_with(end); };
  const std::uint64_t key = key_of(name);
  if (ends_with("running_mean")) {
    write_hashed(tensor, key, 0.2F, 0.0F);
  } else if (ends_with("running_var")) {
    write_hashed(tensor, key, 0.5F, 1.0F);
  } else if (tensor.dim() > 1) {
    write_hashed(tensor, key, static_cast<float>(std::sqrt(24.0 / static_cast<double>(tensor[0].numel()))), 0.0F);
  } else if (ends_with("weight")) {
    write_hashed(tensor, key, 0.5F, 0.75F);
  } else {
    write_hashed(tensor, key, 0.5F, 0.0F);
  }
}

}  // namespace

void fill_with_golden_weights(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (auto& item : module.named_parameters()) write_values(item.key(), item.value());
  for (auto& item : module.named_buffers()) {
    if (item.key().find("running_") != std::string::npos) write_values(item.key(), item.value());
  }
}

torch::Tensor golden_pictures(std::int64_t count, std::int64_t channels, std::int64_t size) {
  torch::Tensor pictures = torch::empty({count, channels, size, size});
  write_hashed(pictures, 1000, 4.0F, 0.0F);
  return pictures;
}

}  // namespace topfive::models
