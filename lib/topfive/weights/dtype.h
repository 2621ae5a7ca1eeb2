// The element types of a safetensors file that this tool knows.
//
// The format's types narrower than a byte and its complex type are left out: no network here stores
// them, so a file that holds them is refused by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace topfive::weights {

enum class DType {
  kBool,
  kU8,
  kI8,
  kF8E5M2,
  kF8E4M3,
  kI16,
  kU16,
  kF16,
  kBf16,
  kI32,
  kU32,
  kF32,
  kI64,
  kU64,
  kF64,
};

// Bytes of one element: 1, 2, 4 or 8.
std::uint64_t dtype_size(DType dtype);
// The name in the file, for example "F32".
std::string dtype_name(DType dtype);
// The type of a name, or nothing if it is not known.
std::optional<DType> dtype_from_name(std::string_view name);
// "BOOL, U8, ..." for messages.
std::string known_dtype_names();

}  // namespace topfive::weights
