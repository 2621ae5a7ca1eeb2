#include <set>
#include <string>
#include <utility>

#include "topfive/weights/dtype.h"

#include "support/catch.h"

namespace topfive::weights {

TEST_CASE("every element type is found by its own name and has the size its name says") {
  const auto [dtype, name, size] = GENERATE(table<DType, std::string, std::uint64_t>({
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
  }));
  CHECK(dtype_name(dtype) == name);
  CHECK(dtype_size(dtype) == size);
  CHECK(dtype_from_name(name) == dtype);
  CHECK_THAT(known_dtype_names(), ContainsSubstring(name));
}

TEST_CASE("an unknown element type has no value") {
  const auto name = GENERATE(as<std::string>{}, "", "f32", "F32 ", "F4", "C64", "F128");
  CHECK_FALSE(dtype_from_name(name).has_value());
}

}  // namespace topfive::weights
