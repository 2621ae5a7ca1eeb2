// Tar headers made by hand, for archives that no tar program would write.
#pragma once

#include <cstddef>
#include <cstdio>
#include <span>
#include <string>

#include "topfive/data/tar_format.h"
#include "topfive/data/tar_writer.h"

namespace topfive::tests {

// Recomputes the checksum after a change.
inline std::string with_checksum(std::string block) {
  const auto bytes = std::as_bytes(std::span(block)).first<data::kTarBlock>();
  char text[8] = {};
  std::snprintf(text, sizeof(text), "%06o", static_cast<unsigned>(data::tar_checksum(bytes)));
  block.replace(data::tar_field::kChecksum.begin, 8, std::string(text, 7) + " ");
  return block;
}

// A header of any type, magic "ustar".
inline std::string tar_block(const std::string& name, std::uint64_t size, char type) {
  std::string block = data::tar_header(name, size);
  block[data::tar_field::kType.begin] = type;
  return with_checksum(block);
}

inline std::string padded(std::string content) {
  content.append(data::tar_padding(content.size()), '\0');
  return content;
}

// Header and content of a file.
inline std::string tar_file(const std::string& name, const std::string& content, char type = '0') {
  return tar_block(name, content.size(), type) + padded(content);
}

inline std::string tar_end() { return std::string(2 * data::kTarBlock, '\0'); }

}  // namespace topfive::tests
