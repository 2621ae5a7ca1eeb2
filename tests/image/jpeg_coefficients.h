// Coefficients for JPEG files that are written without a picture: from none at all to the largest that there are.
#pragma once

#include <random>
#include <string>

#include "image/jpeg_stream.h"

namespace topfive::test {

enum class CoefficientKind {
  kNone,     // nothing but zeros
  kNatural,  // small, and fewer towards the high frequencies
  kDense,    // all of them
  kSparse,   // few, so that runs of 16 zeros and more come up
  kLast,     // the last one, which ends a block without a code for its end
  kMixed,    // a kind for each block
};
inline constexpr int kCoefficientKinds = 6;

struct CoefficientStyle {
  CoefficientKind kind = CoefficientKind::kNatural;
  int bits = 6;               // of AC values, up to 15
  int dc_bits = 6;            // of differences, up to 15
  bool extremes = false;      // only the largest and smallest values of so many bits
  bool dc_overflows = false;  // sums of differences may leave 16 bits, where libjpeg wraps
};

CoefficientStyle random_style(std::mt19937& random);
std::string describe(const CoefficientStyle& style);

// Makes stream.blocks from what else is in it.
void fill_blocks(JpegStream& stream, const CoefficientStyle& style, std::mt19937& random);

}  // namespace topfive::test
