#include "topfive/weights/safetensors_file.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>
#include <unordered_set>

#include "topfive/base/files.h"

namespace topfive::weights {
namespace {

std::vector<TensorEntry> entries_of(const std::vector<TensorBytes>& tensors) {
  std::vector<TensorEntry> entries;
  std::unordered_set<std::string> names;
  for (const TensorBytes& tensor : tensors) {
    std::uint64_t bytes = 0;
    if (!tensor_bytes(tensor.dtype, tensor.shape, bytes) || bytes != tensor.bytes.size()) {
      throw std::logic_error("write_safetensors: size of " + tensor.name + " does not fit its shape");
    }
    if (tensor.name.empty() || tensor.name == "__metadata__" || !names.insert(tensor.name).second) {
      throw std::logic_error("write_safetensors: bad or repeated name \"" + tensor.name + "\"");
    }
    entries.push_back({tensor.name, tensor.dtype, tensor.shape, 0, bytes});
  }
  return entries;
}

// Indices in the order of the data: wide elements first, otherwise as given.
std::vector<std::size_t> data_order(const std::vector<TensorEntry>& entries) {
  std::vector<std::size_t> order(entries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return dtype_size(entries[a].dtype) > dtype_size(entries[b].dtype);
  });
  return order;
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : file_(path), header_(read_header()) {}

SafetensorsHeader SafetensorsFile::read_header() const {
  const std::uint64_t length = file_.length();
  std::array<std::byte, kHeaderPrefixBytes> prefix{};
  const std::size_t available = std::min<std::uint64_t>(length, prefix.size());
  file_.read_at(0, std::span(prefix).first(available));
  std::vector<std::byte> json(parse_header_length(std::span(prefix).first(available), length, file_.name()));
  file_.read_at(kHeaderPrefixBytes, json);
  return parse_header(json, length, file_.name());
}

void SafetensorsFile::read(const TensorEntry& entry, std::span<std::byte> out) const {
  if (out.size() != entry.end - entry.begin) {
    throw std::logic_error("SafetensorsFile::read: wrong buffer size for " + entry.name);
  }
  file_.read_at(header_.data_start + entry.begin, out);
}

void encode_safetensors(const std::vector<TensorBytes>& tensors, const Metadata& metadata,
                        const SafetensorsSink& write) {
  std::vector<TensorEntry> entries = entries_of(tensors);
  std::vector<std::span<const std::byte>> parts(1);
  std::uint64_t position = 0;
  for (const std::size_t index : data_order(entries)) {
    entries[index].begin = position;
    position += tensors[index].bytes.size();
    entries[index].end = position;
    parts.push_back(tensors[index].bytes);
  }
  const std::string header = encode_header(entries, metadata);
  parts.front() = std::as_bytes(std::span(header));
  write(parts);
}

void write_safetensors(const std::filesystem::path& path, const std::vector<TensorBytes>& tensors,
                       const Metadata& metadata) {
  encode_safetensors(tensors, metadata, [&](base::FileParts parts) { base::write_new_file(path, parts); });
}

}  // namespace topfive::weights
