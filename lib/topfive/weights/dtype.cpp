#include "topfive/weights/dtype.h"

#include <array>

namespace topfive::weights {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  std::uint64_t size;
};

constexpr std::array<Row, 15> kTable = {{
    {DType::kBool, "BOOL", 1},
    {DType::kU8, "U8", 1},
    {DType::kI8, "I8", 1},
    {DType::kF8E5M2, "F8_E5M2", 1},
    {DType::kF8E4M3, "F8_E4M3", 1},
    {DType::kI16, "I16", 2},
    {DType::kU16, "U16", 2},
    {DType::kF16, "F16", 2},
    {DType::kBf16, "BF16", 2},
    {DType::kI32, "I32", 4},
    {DType::kU32, "U32", 4},
    {DType::kF32, "F32", 4},
    {DType::kI64, "I64", 8},
    {DType::kU64, "U64", 8},
    {DType::kF64, "F64", 8},
}};

// The table is in the order of the enumeration, which a test checks for every row.
const Row& row_of(DType dtype) { return kTable.at(static_cast<std::size_t>(dtype)); }

}  // namespace

std::uint64_t dtype_size(DType dtype) { return row_of(dtype).size; }

std::string dtype_name(DType dtype) { return std::string(row_of(dtype).name); }

std::optional<DType> dtype_from_name(std::string_view name) {
  for (const Row& row : kTable) {
    if (row.name == name) return row.dtype;
  }
  return std::nullopt;
}

std::string known_dtype_names() {
  std::string names;
  for (const Row& row : kTable) names.append(names.empty() ? "" : ", ").append(row.name);
  return names;
}

}  // namespace topfive::weights
