// Builds pickles and files of torch.save byte by byte, valid and hostile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "topfive/base/error.h"
#include "topfive/weights/weight_source.h"

namespace topfive::weights {

inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

// Opcodes, named as pickletools names them.
inline std::string proto() { return "\x80\x02"; }
inline std::string text(const std::string& value) { return "X" + little_endian(value.size(), 4) + value; }
inline std::string integer(std::int64_t value) {
  return "\x8a\x08" + little_endian(static_cast<std::uint64_t>(value), 8);
}
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string tuple(const std::string& items) { return "(" + items + "t"; }
inline std::string integers(const std::vector<std::int64_t>& values) {
  std::string items;
  for (const std::int64_t value : values) items += integer(value);
  return tuple(items);
}
inline std::string storage(std::int64_t elements, const std::string& key = "0",
                           const std::string& type = "FloatStorage") {
  return tuple(text("storage") + global("torch", type) + text(key) + text("cpu") + integer(elements)) + "Q";
}
inline std::string tensor(const std::string& storage_bytes, std::int64_t offset, const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& strides) {
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple(storage_bytes + integer(offset) + integers(shape) + integers(strides) + "\x89" + "}") + "R";
}
// A state dict of one tensor, "w".
inline std::string state_dict(const std::string& tensor_bytes) {
  return proto() + "}(" + text("w") + tensor_bytes + "u.";
}

struct ZipPart {
  std::string name;
  std::string content;
  std::uint16_t method = 0;
  std::uint16_t flags = 0;
};

std::string zip_of(const std::vector<ZipPart>& parts);

// An archive of torch.save with this pickle and 16 floats in storage "0".
inline std::string pth_of(const std::string& pickle) {
  return zip_of(
      {{"a/data.pkl", pickle}, {"a/byteorder", "little"}, {"a/data/0", std::string(64, '\1')}, {"a/version", "3\n"}});
}

// The same in the legacy format.
inline std::string legacy_of(const std::string& pickle) {
  const std::string magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
  return magic + proto() + "M\xe9\x03." + proto() + "}" + text("little_endian") + "\x88s." + pickle + proto() + "](" +
         text("0") + "e." + little_endian(16, 8) + std::string(64, '\1');
}

inline void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

// The message of the refusal, or an empty text if the file was accepted. Every accepted tensor is read.
inline std::string refusal_of_file(const std::filesystem::path& path) {
  try {
    const auto source = open_weights(path);
    for (std::size_t i = 0; i < source->outlines().size(); ++i) {
      std::vector<std::byte> bytes(static_cast<std::size_t>(source->outlines()[i].bytes()));
      source->read(i, bytes);
    }
  } catch (const base::UserError& error) {
    return error.code() == base::ExitCode::kBadData ? error.what() : "another exit code";
  }
  return "";
}

}  // namespace topfive::weights
