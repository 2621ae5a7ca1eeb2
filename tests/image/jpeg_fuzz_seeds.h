// The inputs of the fuzzer of JPEG windows: a request of four bytes, and a file behind it.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "image/image_files.h"
#include "image/jpeg_differential.h"

namespace topfive::test {

struct FuzzInput {
  JpegRequest request;
  std::span<const std::byte> file;

  // Of bytes of any number.
  explicit FuzzInput(std::span<const std::byte> input);
};

// Names and inputs of less than a kilobyte: one for each kind of file that the decoder treats in its own way.
std::vector<std::pair<std::string, Bytes>> jpeg_fuzz_seeds();

}  // namespace topfive::test
