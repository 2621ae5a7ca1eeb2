#include "engine/numbered_checkpoints.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "topfive/base/files.h"
#include "topfive/weights/safetensors_file.h"

namespace topfive::tests {

namespace {

void add_tensors(engine::CheckpointFiles& files, const std::string& name, int number) {
  const std::vector<std::int32_t> weight(24, number);
  const std::vector<std::int32_t> bias(24, number + 1);
  const std::vector<weights::TensorBytes> tensors = {
      {"conv1.weight", weights::DType::kI32, {4, 6}, std::as_bytes(std::span(weight))},
      {"conv1.bias", weights::DType::kI32, {24}, std::as_bytes(std::span(bias))}};
  weights::encode_safetensors(tensors, {{"made_by", "topfive"}},
                              [&](base::FileParts parts) { files.add(name, parts); });
}

}  // namespace

engine::CheckpointStore::Fill numbered(int number) {
  return [number](engine::CheckpointFiles& files) {
    add_tensors(files, "model.safetensors", number);
    add_tensors(files, "optimizer.safetensors", 1000 + number);
    files.add("state.json", std::to_string(number));
  };
}

int number_of(const std::filesystem::path& checkpoint, base::FileSystem& files) {
  engine::verify_checkpoint(checkpoint, files);
  std::string text;
  base::read_in_pieces(checkpoint / "state.json", files, [&](std::span<const std::byte> piece) {
    text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  });
  return std::stoi(text);
}

int newest_number(const std::filesystem::path& directory, base::FileSystem& files) {
  engine::CheckpointStore store(directory, files);
  const auto newest = store.newest_valid();
  return newest ? number_of(*newest, files) : 0;
}

}  // namespace topfive::tests
