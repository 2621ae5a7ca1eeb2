// Baseline JPEG files written bit by bit from coefficients, so that a decoder meets what no encoder of pictures makes.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <vector>

#include <opencv2/core/types.hpp>

#include "image/image_files.h"
#include "image/jpeg_huffman.h"

namespace topfive::test {

// In zigzag order. The first is the difference to the DC value before it, so that sums may leave 16 bits as well.
using CoefficientBlock = std::array<int, 64>;

struct QuantisationTable {
  std::array<int, 64> steps{};  // up to 65535, in zigzag order
  bool wide = false;            // 16 bits each in the file, whatever they are
};

enum class SymbolOrder { kFrequentFirst, kFrequentLast, kShuffled };

struct JpegStream {
  cv::Size size;
  int components = 3;
  int horizontal_sampling = 1;  // of the first component; the others have one sample for that many
  int vertical_sampling = 1;
  int restart_interval = 0;              // units between restart markers; 0: none
  std::vector<CoefficientBlock> blocks;  // as the scan has them
  std::array<QuantisationTable, 3> quantisation;
  std::array<int, 3> quantisation_of{0, 1, 1};  // by component
  std::array<int, 3> huffman_of{0, 1, 1};       // by component; the DC and the AC table have the same number
  CodeLengths code_lengths = CodeLengths::kMixed;
  SymbolOrder symbol_order = SymbolOrder::kFrequentFirst;
  bool all_symbols = false;       // also those that are not used, up to 256 and 16 of them
  bool extended = false;          // says "extended sequential" and not "baseline"
  bool one_segment_each = true;   // for each Huffman table
  bool jfif = true;               // else the colours are known from the component numbers only
  bool pads_with_ones = true;     // as the standard wants it
  bool zeros_before_end = false;  // runs of 16 zeros in front of an end of block, where it ends a run
  int first_table_number = 0;
};

int units_a_row(const JpegStream& stream);
int units_of(const JpegStream& stream);
int blocks_of_unit(const JpegStream& stream);
// The component of each block of a unit, in order.
std::vector<int> components_of_unit(const JpegStream& stream);

// `blocks` must be units_of() times blocks_of_unit() many, with values of at most 15 bits. The random numbers choose
// the lengths of codes.
Bytes write_jpeg(const JpegStream& stream, std::mt19937& random);

}  // namespace topfive::test
