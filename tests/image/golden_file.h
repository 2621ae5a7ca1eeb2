// Reading the committed output of the golden scripts.
#pragma once

#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/source_directory.h"

namespace topfive::test {

inline nlohmann::json read_golden(const std::string& name) {
  std::ifstream file(tests::golden_path(name + ".json"));
  return nlohmann::json::parse(file);
}

inline std::vector<std::byte> bytes_from_hex(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

}  // namespace topfive::test
