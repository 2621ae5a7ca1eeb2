// Builds headers for the tests, valid and hostile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "topfive/base/error.h"
#include "topfive/weights/safetensors_header.h"

namespace topfive::weights {

// Parses `json` as the header of a file with `data_bytes` bytes behind it.
inline SafetensorsHeader parse_text(const std::string& json, std::uint64_t data_bytes) {
  return parse_header(std::as_bytes(std::span(json)), kHeaderPrefixBytes + json.size() + data_bytes,
                      "weights.safetensors");
}

// The message of the error, or an empty text if there was none. Only a UserError(kBadData) is let
// through.
inline std::string refusal(const std::string& json, std::uint64_t data_bytes) {
  try {
    parse_text(json, data_bytes);
  } catch (const base::UserError& error) {
    return error.code() == base::ExitCode::kBadData ? error.what() : "another exit code";
  }
  return "";
}

}  // namespace topfive::weights
