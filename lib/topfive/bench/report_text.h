// Small pieces of the reports.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

namespace topfive::bench {

inline double mebibytes(std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

// As printf; at most 200 characters.
template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 200> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

// The first column of a report.
inline std::string padded(std::string text, std::size_t width = 26) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

}  // namespace topfive::bench
