#include "topfive/weights/safetensors_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <unordered_set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "topfive/base/error.h"
#include "topfive/base/files.h"

namespace topfive::weights {
namespace {

using base::ExitCode;
using base::UserError;

int open_for_reading(const std::string& name) {
  // Not blocking, so that a named pipe in the place of a file is refused and not waited for.
  const int descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor >= 0) return descriptor;
  const int error = errno;
  const auto code = error == ENOENT || error == ENOTDIR ? ExitCode::kInputMissing : ExitCode::kIo;
  throw UserError(code, name + ": cannot be opened: " + std::strerror(error) + "; check the path");
}

std::uint64_t regular_file_length(int descriptor, const std::string& name) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw UserError(ExitCode::kIo, name + ": " + std::strerror(errno));
  if (!S_ISREG(status.st_mode)) {
    throw UserError(ExitCode::kBadData, name + ": not a regular file; name a .safetensors file");
  }
  return static_cast<std::uint64_t>(status.st_size);
}

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

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : name_(path.string()), descriptor_(open_for_reading(name_)) {
  try {
    header_ = read_header();
  } catch (...) {
    ::close(descriptor_);  // The destructor does not run for an object that was never complete.
    throw;
  }
}

SafetensorsFile::~SafetensorsFile() { ::close(descriptor_); }

SafetensorsHeader SafetensorsFile::read_header() const {
  const std::uint64_t length = regular_file_length(descriptor_, name_);
  std::array<std::byte, kHeaderPrefixBytes> prefix{};
  const std::size_t available = std::min<std::uint64_t>(length, prefix.size());
  read_at(0, std::span(prefix).first(available));
  std::vector<std::byte> json(parse_header_length(std::span(prefix).first(available), length, name_));
  read_at(kHeaderPrefixBytes, json);
  return parse_header(json, length, name_);
}

void SafetensorsFile::read(const TensorEntry& entry, std::span<std::byte> out) const {
  if (out.size() != entry.end - entry.begin) {
    throw std::logic_error("SafetensorsFile::read: wrong buffer size for " + entry.name);
  }
  read_at(header_.data_start + entry.begin, out);
}

void SafetensorsFile::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t count = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw UserError(ExitCode::kIo, name_ + ": reading failed: " + std::strerror(errno));
    if (count == 0) throw UserError(ExitCode::kBadData, name_ + ": became shorter while it was read");
    offset += static_cast<std::uint64_t>(count);
    out = out.subspan(static_cast<std::size_t>(count));
  }
}

void write_safetensors(const std::filesystem::path& path, const std::vector<TensorBytes>& tensors,
                       const Metadata& metadata) {
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
  base::write_new_file(path, parts);
}

}  // namespace topfive::weights
