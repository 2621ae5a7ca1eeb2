#include "image/jpeg_fuzz_seeds.h"

#include <algorithm>

#include "image/jpeg_stream.h"
#include "image/picture.h"

namespace topfive::test {
namespace {

constexpr std::size_t kRequestBytes = 4;

std::uint32_t request_of(std::span<const std::byte> input) {
  std::uint32_t choice = 0;
  for (std::size_t i = 0; i < std::min(kRequestBytes, input.size()); ++i) {
    choice = choice << 8U | std::to_integer<std::uint32_t>(input[i]);
  }
  return choice;
}

// A request and what it is about.
Bytes fuzz_input(std::uint32_t choice, const Bytes& file) {
  Bytes input(kRequestBytes + file.size());
  for (std::size_t i = 0; i < kRequestBytes; ++i) input[i] = static_cast<std::byte>(choice >> (24 - 8 * i) & 0xffU);
  std::copy(file.begin(), file.end(), input.begin() + kRequestBytes);
  return input;
}

Bytes encoded(int channels, const JpegOptions& options) {
  return make_jpeg(smooth_picture({19, 18}, channels), options);
}

// A few blocks of 8x8 grey samples.
JpegStream grey_stream(CodeLengths lengths) {
  JpegStream stream;
  stream.size = {20, 14};
  stream.components = 1;
  stream.code_lengths = lengths;
  for (QuantisationTable& table : stream.quantisation) table.steps.fill(3);
  stream.blocks.resize(static_cast<std::size_t>(units_of(stream)));
  int value = 1;
  for (CoefficientBlock& block : stream.blocks) {
    for (std::size_t k = 0; k < block.size(); k += 5) block[k] = value = -(value * 3) % 50;
  }
  return stream;
}

Bytes written(JpegStream stream) {
  std::mt19937 random(7);
  return write_jpeg(stream, random);
}

Bytes with_last_coefficients() {
  JpegStream stream = grey_stream(CodeLengths::kMixed);
  for (CoefficientBlock& block : stream.blocks) block = {};
  for (CoefficientBlock& block : stream.blocks) block[63] = 5;
  return written(stream);
}

Bytes with_large_values() {
  JpegStream stream = grey_stream(CodeLengths::kMixed);
  for (CoefficientBlock& block : stream.blocks) block[0] = block[1] = block[40] = -32767;
  stream.blocks[1][0] = 32767;
  stream.quantisation[0].steps.fill(60000);
  return written(stream);
}

}  // namespace

FuzzInput::FuzzInput(std::span<const std::byte> input)
    : request(request_of(input)), file(input.subspan(std::min(kRequestBytes, input.size()))) {}

std::vector<std::pair<std::string, Bytes>> jpeg_fuzz_seeds() {
  // Bits 0 and 1: any window or all of it; bits 2 and 3: grey or RGB; bits 4 to 6: by windows or as a whole.
  constexpr std::uint32_t kAll = 0x14;
  constexpr std::uint32_t kWindow = 0x3b9a15;
  constexpr std::uint32_t kWhole = 0x04;
  constexpr std::uint32_t kGrey = 0x10;
  JpegStream restarts = grey_stream(CodeLengths::kLevel);
  restarts.restart_interval = 1;
  JpegStream zeros = grey_stream(CodeLengths::kMixed);
  for (CoefficientBlock& block : zeros.blocks) block = {};
  return {
      {"encoded_1x1", fuzz_input(kAll, encoded(3, {}))},
      {"encoded_2x1_window", fuzz_input(kWindow, encoded(3, {.horizontal_sampling = 2}))},
      {"encoded_1x2", fuzz_input(kAll, encoded(3, {.vertical_sampling = 2, .optimised = true}))},
      {"encoded_2x2_restarts", fuzz_input(kAll, encoded(3, {.quality = 95,
                                                            .horizontal_sampling = 2,
                                                            .vertical_sampling = 2,
                                                            .optimised = true,
                                                            .restart_interval = 1}))},
      {"encoded_2x2_whole",
       fuzz_input(kWhole, encoded(3, {.horizontal_sampling = 2, .vertical_sampling = 2, .optimised = true}))},
      {"encoded_grey", fuzz_input(kGrey, encoded(1, {.optimised = true}))},
      {"encoded_grey_as_rgb", fuzz_input(kWindow, encoded(1, {.quality = 99, .optimised = true}))},
      {"encoded_progressive", fuzz_input(kAll, encoded(1, {.progressive = true}))},
      {"without_huffman_tables", fuzz_input(kAll, without_huffman_tables(encoded(3, {})))},
      {"written_mixed_codes", fuzz_input(kGrey, written(grey_stream(CodeLengths::kMixed)))},
      {"written_steep_codes", fuzz_input(kGrey, written(grey_stream(CodeLengths::kSteep)))},
      {"written_longest_codes", fuzz_input(kGrey, written(grey_stream(CodeLengths::kLongest)))},
      {"written_restarts", fuzz_input(kGrey, written(restarts))},
      {"written_zeros", fuzz_input(kGrey, written(zeros))},
      {"written_last_coefficients", fuzz_input(kGrey, with_last_coefficients())},
      {"written_large_values", fuzz_input(kGrey, with_large_values())},
  };
}

}  // namespace topfive::test
