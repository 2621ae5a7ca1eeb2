#include "topfive/weights/safetensors_header.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"
#include "topfive/weights/header_reader.h"

namespace topfive::weights {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

[[noreturn]] void fail(const std::string& file, const std::string& what) {
  throw base::UserError(base::ExitCode::kBadData,
                        file + ": not a valid safetensors file: " + what +
                            "; it may be cut off or of another kind: copy or export it again");
}

// The ranges must tile [0, data_bytes) exactly: a hole could hide data, an overlap could alias two
// tensors.
void check_ranges(const SafetensorsHeader& header, std::uint64_t data_bytes, const std::string& file) {
  std::vector<const TensorEntry*> order;
  order.reserve(header.tensors.size());
  for (const TensorEntry& tensor : header.tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const TensorEntry* a, const TensorEntry* b) {
    return a->begin != b->begin ? a->begin < b->begin : a->end < b->end;
  });
  std::uint64_t position = 0;
  for (const TensorEntry* tensor : order) {
    if (tensor->begin != position) {
      fail(file, "tensor " + shown_name(tensor->name) + " starts at byte " + std::to_string(tensor->begin) + " where " +
                     std::to_string(position) + " was due (hole or overlap)");
    }
    position = tensor->end;
  }
  if (position != data_bytes) {
    fail(file,
         "the tensors take " + std::to_string(position) + " bytes but the file holds " + std::to_string(data_bytes));
  }
}

}  // namespace

std::string shown_name(const std::string& name) {
  constexpr std::size_t kMaxShown = 80;
  constexpr const char* kHex = "0123456789abcdef";
  std::string text = "\"";
  for (const char letter : name) {
    if (text.size() > kMaxShown) return text + "...\"";
    const auto code = static_cast<unsigned char>(letter);
    if (code >= 0x20 && code < 0x7f) {
      text += letter;
    } else {
      text += "\\x";
      text += kHex[code >> 4];
      text += kHex[code & 15];
    }
  }
  return text + "\"";
}

bool tensor_bytes(DType dtype, const std::vector<std::int64_t>& shape, std::uint64_t& bytes) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  // An empty dimension counts as one for the limit, so that strides computed from the shape stay in
  // range too.
  std::uint64_t limited = dtype_size(dtype);
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0) return false;
    empty = empty || size == 0;
    const auto factor = static_cast<std::uint64_t>(std::max<std::int64_t>(size, 1));
    if (limited > kMax / factor) return false;
    limited *= factor;
  }
  bytes = empty ? 0 : limited;
  return true;
}

std::uint64_t parse_header_length(std::span<const std::byte> prefix, std::uint64_t file_length,
                                  const std::string& file) {
  if (prefix.size() < kHeaderPrefixBytes || file_length < kHeaderPrefixBytes) {
    fail(file, "shorter than 8 bytes");
  }
  std::uint64_t length = 0;
  std::memcpy(&length, prefix.data(), sizeof(length));
  if (length > kMaxHeaderBytes) fail(file, "a header of " + std::to_string(length) + " bytes (at most 16 MiB)");
  if (length > file_length - kHeaderPrefixBytes) fail(file, "the header is longer than the file");
  return length;
}

SafetensorsHeader parse_header(std::span<const std::byte> json, std::uint64_t file_length, const std::string& file) {
  // A byte order mark or leading blanks would pass the JSON parser; the format wants a brace first.
  if (json.empty() || json.front() != std::byte{'{'}) fail(file, "the header does not start with a brace");
  if (json.size() > kMaxHeaderBytes || json.size() + kHeaderPrefixBytes > file_length) {
    fail(file, "the header is longer than the file or than 16 MiB");
  }
  HeaderReader reader;
  const auto* first = reinterpret_cast<const char*>(json.data());
  if (!nlohmann::json::sax_parse(first, first + json.size(), &reader)) fail(file, reader.problem());
  SafetensorsHeader header = std::move(reader.header());
  header.data_start = kHeaderPrefixBytes + json.size();
  check_ranges(header, file_length - header.data_start, file);
  return header;
}

std::string encode_header(const std::vector<TensorEntry>& tensors, const Metadata& metadata) {
  auto root = nlohmann::ordered_json::object();
  if (!metadata.empty()) root["__metadata__"] = metadata;
  for (const TensorEntry& tensor : tensors) {
    root[tensor.name] = {
        {"dtype", dtype_name(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {tensor.begin, tensor.end}}};
  }
  std::string json = root.dump();
  json.append((8 - json.size() % 8) % 8, ' ');
  const std::uint64_t length = json.size();
  std::string text(kHeaderPrefixBytes, '\0');
  std::memcpy(text.data(), &length, sizeof(length));
  return text + json;
}

}  // namespace topfive::weights
