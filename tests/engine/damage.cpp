#include "engine/damage.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace topfive::tests {
namespace {

namespace fs = std::filesystem;
using Random = std::mt19937_64;

constexpr std::size_t kLengthBytes = 8;  // safetensors begin with the length of their JSON
const char* const kModel = "model.safetensors";
const std::array kFiles = {"model.safetensors", "optimizer.safetensors", "state.json", "MANIFEST.json"};

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void write(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

std::size_t below(std::size_t limit, Random& random) { return static_cast<std::size_t>(random() % limit); }

std::string any_file(Random& random) { return kFiles[below(kFiles.size(), random)]; }

std::size_t data_start(const std::string& bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  return kLengthBytes + static_cast<std::size_t>(length);
}

std::string flip_bit(const fs::path& file, std::size_t begin, std::size_t end, Random& random) {
  std::string bytes = read(file);
  const std::size_t at = begin + below(std::min(end, bytes.size()) - begin, random);
  const std::size_t bit = below(8, random);
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
  write(file, bytes);
  return "bit " + std::to_string(bit) + " of byte " + std::to_string(at) + " of " + file.filename().string();
}

std::string flip_in_length(const fs::path& checkpoint, const fs::path&, Random& random) {
  return flip_bit(checkpoint / kModel, 0, kLengthBytes, random);
}

std::string flip_in_header(const fs::path& checkpoint, const fs::path&, Random& random) {
  return flip_bit(checkpoint / kModel, kLengthBytes, data_start(read(checkpoint / kModel)), random);
}

std::string flip_in_tensors(const fs::path& checkpoint, const fs::path&, Random& random) {
  return flip_bit(checkpoint / kModel, data_start(read(checkpoint / kModel)), SIZE_MAX, random);
}

std::string flip_in_optimizer(const fs::path& checkpoint, const fs::path&, Random& random) {
  return flip_bit(checkpoint / "optimizer.safetensors", 0, SIZE_MAX, random);
}

std::string flip_in_state(const fs::path& checkpoint, const fs::path&, Random& random) {
  return flip_bit(checkpoint / "state.json", 0, SIZE_MAX, random);
}

std::string flip_in_manifest(const fs::path& checkpoint, const fs::path&, Random& random) {
  return flip_bit(checkpoint / "MANIFEST.json", 0, SIZE_MAX, random);
}

std::string truncate(const fs::path& checkpoint, const fs::path&, Random& random) {
  const std::string name = any_file(random);
  const std::string bytes = read(checkpoint / name);
  const std::size_t length = below(bytes.size(), random);
  write(checkpoint / name, bytes.substr(0, length));
  return name + " cut to " + std::to_string(length) + " bytes";
}

// As a file system leaves a page that was never written.
std::string zero_page(const fs::path& checkpoint, const fs::path&, Random& random) {
  const std::string name = any_file(random);
  std::string bytes = read(checkpoint / name);
  const std::size_t begin = below(bytes.size(), random);
  const std::string before = bytes;
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.end(), '\0');
  if (bytes == before) bytes[begin] = 1;  // It ended in zeros.
  write(checkpoint / name, bytes);
  return name + " zero from byte " + std::to_string(begin);
}

std::string swap_tensors(const fs::path& checkpoint, const fs::path&, Random&) {
  std::string bytes = read(checkpoint / kModel);
  const auto start = static_cast<std::ptrdiff_t>(data_start(bytes));
  std::rotate(bytes.begin() + start, bytes.begin() + start + (static_cast<std::ptrdiff_t>(bytes.size()) - start) / 2,
              bytes.end());
  write(checkpoint / kModel, bytes);
  return "the two tensors exchanged";
}

std::string append(const fs::path& checkpoint, const fs::path&, Random& random) {
  const std::string name = any_file(random);
  const std::size_t count = 1 + below(5000, random);
  write(checkpoint / name, read(checkpoint / name) + std::string(count, static_cast<char>(random())));
  return std::to_string(count) + " bytes after the end of " + name;
}

std::string stale_file(const fs::path& checkpoint, const fs::path& older, Random& random) {
  const std::string name = any_file(random);
  fs::copy_file(older / name, checkpoint / name, fs::copy_options::overwrite_existing);
  return name + " of an older checkpoint";
}

std::string missing_file(const fs::path& checkpoint, const fs::path&, Random& random) {
  const std::string name = any_file(random);
  fs::remove(checkpoint / name);
  return name + " missing";
}

std::string extra_file(const fs::path& checkpoint, const fs::path&, Random& random) {
  const std::string name = "extra-" + std::to_string(random() % 1000) + ".safetensors";
  fs::copy_file(checkpoint / kModel, checkpoint / name);
  return name + " too much";
}

std::string exchanged_files(const fs::path& checkpoint, const fs::path&, Random&) {
  const std::string model = read(checkpoint / kModel);
  write(checkpoint / kModel, read(checkpoint / "optimizer.safetensors"));
  write(checkpoint / "optimizer.safetensors", model);
  return "model and optimizer exchanged";
}

std::string directory_in_place(const fs::path& checkpoint, const fs::path&, Random& random) {
  const std::string name = any_file(random);
  fs::remove(checkpoint / name);
  fs::create_directory(checkpoint / name);
  return name + " is a directory";
}

using Damage = std::string (*)(const fs::path&, const fs::path&, Random&);
constexpr std::array<Damage, 15> kDamages = {flip_in_length, flip_in_header,   flip_in_tensors,   flip_in_optimizer,
                                             flip_in_state,  flip_in_manifest, truncate,          zero_page,
                                             swap_tensors,   append,           stale_file,        missing_file,
                                             extra_file,     exchanged_files,  directory_in_place};

}  // namespace

int num_damages() { return static_cast<int>(kDamages.size()); }

std::string damage(const fs::path& checkpoint, const fs::path& older, int kind, Random& random) {
  return kDamages.at(static_cast<std::size_t>(kind))(checkpoint, older, random);
}

}  // namespace topfive::tests
