// For libFuzzer: a window of any bytes by our own JPEG decoder and by libjpeg-turbo alone. Aborts where they differ.
#include <cstdio>
#include <cstdlib>

#include "image/jpeg_fuzz_seeds.h"

using namespace topfive::test;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Kept over all inputs: what one leaves behind must change nothing for the next.
  static JpegDifferential differential;
  const FuzzInput input(std::as_bytes(std::span(data, size)));
  const std::string difference = differential.check(input.file, input.request);
  if (!difference.empty()) {
    std::fprintf(stderr, "%s\n", difference.c_str());
    std::abort();
  }
  return 0;
}
