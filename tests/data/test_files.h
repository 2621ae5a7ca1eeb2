// Files and errors for the tests of this room.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <string>

#include "topfive/base/error.h"
#include "topfive/base/files.h"

#include "support/catch.h"
#include "support/temporary_directory.h"

namespace topfive::tests {

inline void write_file(const std::filesystem::path& path, const std::string& content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream stream(path, std::ios::binary);
  stream << content;
  if (!stream.flush()) throw std::runtime_error("cannot write " + path.string());
}

// 4 bytes, the most significant first.
inline std::string big_endian(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xFFU);
  return text;
}

inline std::string bytes_of(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

// The UserError that `action` throws, as "<exit code> <text>"; fails if there is none.
inline std::string user_error(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::UserError& error) {
    return std::to_string(static_cast<int>(error.code())) + " " + error.what();
  }
  FAIL("no UserError was thrown");
  return "";
}

}  // namespace topfive::tests
