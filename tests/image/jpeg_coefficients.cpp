#include "image/jpeg_coefficients.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "image/random_choice.h"

namespace topfive::test {
namespace {

// Never zero. Small values are as frequent as large ones.
int random_value(std::mt19937& random, int bits, bool extreme) {
  const int size = extreme ? bits : 1 + pick(random, bits);
  const int least = 1 << (size - 1);
  const int value = extreme ? (1 << size) - 1 : least + pick(random, least);
  return random() % 2 == 0 ? value : -value;
}

// One in how many coefficients at a zigzag position is not zero.
int rareness(CoefficientKind kind, std::size_t position) {
  switch (kind) {
    case CoefficientKind::kDense:
      return 1;
    case CoefficientKind::kSparse:
      return 20;
    default:
      return 1 + static_cast<int>(position) / 3;
  }
}

void fill_ac(CoefficientBlock& block, CoefficientKind kind, const CoefficientStyle& style, std::mt19937& random) {
  if (kind == CoefficientKind::kNone) return;
  if (kind == CoefficientKind::kLast) {
    block[63] = random_value(random, style.bits, style.extremes);
    return;
  }
  for (std::size_t k = 1; k < block.size(); ++k) {
    if (pick(random, rareness(kind, k)) == 0) block[k] = random_value(random, style.bits, style.extremes);
  }
  if (kind == CoefficientKind::kSparse && random() % 2 == 0)
    block[63] = random_value(random, style.bits, style.extremes);
}

// A difference after which the sum still has 16 bits, where that is wanted.
int random_difference(std::mt19937& random, const CoefficientStyle& style, int sum) {
  constexpr int kLargest = 32767;
  const int difference = style.dc_bits == 0 ? 0 : random_value(random, style.dc_bits, style.extremes);
  return style.dc_overflows || std::abs(sum + difference) <= kLargest ? difference : -difference;
}

}  // namespace

CoefficientStyle random_style(std::mt19937& random) {
  CoefficientStyle style;
  style.kind = static_cast<CoefficientKind>(pick(random, kCoefficientKinds));
  // Half of them with what a photo may have.
  const bool usual = random() % 2 == 0;
  style.bits = 1 + pick(random, usual ? 7 : 15);
  style.dc_bits = pick(random, usual ? 9 : 16);
  style.extremes = random() % 4 == 0;
  style.dc_overflows = style.dc_bits > 13 && random() % 4 == 0;
  return style;
}

std::string describe(const CoefficientStyle& style) {
  const std::array<const char*, kCoefficientKinds> names = {"no", "natural", "dense", "sparse", "last", "mixed"};
  return std::string(names[static_cast<std::size_t>(style.kind)]) + " coefficients of " + std::to_string(style.bits) +
         " bits, DC of " + std::to_string(style.dc_bits) + (style.extremes ? ", extreme" : "") +
         (style.dc_overflows ? ", overflowing" : "");
}

void fill_blocks(JpegStream& stream, const CoefficientStyle& style, std::mt19937& random) {
  const std::vector<int> components = components_of_unit(stream);
  stream.blocks.clear();
  std::array<int, 3> sums{};
  for (int unit = 0; unit < units_of(stream); ++unit) {
    if (stream.restart_interval > 0 && unit % stream.restart_interval == 0) sums = {};
    for (const int component : components) {
      int& sum = sums[static_cast<std::size_t>(component)];
      CoefficientBlock block{};
      block[0] = random_difference(random, style, sum);
      sum += block[0];
      const auto any = static_cast<CoefficientKind>(pick(random, kCoefficientKinds - 1));
      fill_ac(block, style.kind == CoefficientKind::kMixed ? any : style.kind, style, random);
      stream.blocks.push_back(block);
    }
  }
}

}  // namespace topfive::test
