#include "image/jpeg_stream.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <numeric>

namespace topfive::test {
namespace {

constexpr int kDcSymbols = 16;
constexpr int kZeroRun = 0xf0;
constexpr int kEndOfBlock = 0x00;

// A code and the bits behind it.
struct Symbol {
  std::uint8_t table;  // twice the number, and 1 for AC
  std::uint8_t symbol;
  std::uint16_t bits;
};

using Unit = std::vector<Symbol>;

int divided_up(int value, int divisor) { return (value + divisor - 1) / divisor; }

int bits_of(int value) { return std::bit_width(static_cast<unsigned>(std::abs(value))); }

Symbol make_symbol(int table, int run, int value) {
  const int size = bits_of(value);
  const int bits = value < 0 ? value + (1 << size) - 1 : value;
  return {static_cast<std::uint8_t>(table), static_cast<std::uint8_t>(run << 4 | size),
          static_cast<std::uint16_t>(bits)};
}

void append_block(Unit& unit, const CoefficientBlock& block, int table, bool zeros_before_end) {
  const int ac = 2 * table + 1;
  unit.push_back(make_symbol(2 * table, 0, block[0]));
  int run = 0;
  for (std::size_t k = 1; k < block.size(); ++k) {
    if (block[k] == 0) {
      ++run;
      continue;
    }
    for (; run > 15; run -= 16) unit.push_back({static_cast<std::uint8_t>(ac), kZeroRun, 0});
    unit.push_back(make_symbol(ac, run, block[k]));
    run = 0;
  }
  if (run == 0) return;
  // Never so many that they would end the block themselves.
  for (; zeros_before_end && run > 16; run -= 16) unit.push_back({static_cast<std::uint8_t>(ac), kZeroRun, 0});
  unit.push_back({static_cast<std::uint8_t>(ac), kEndOfBlock, 0});
}

std::vector<Unit> units_as_symbols(const JpegStream& stream) {
  const std::vector<int> components = components_of_unit(stream);
  std::vector<Unit> units;
  for (std::size_t first = 0; first + components.size() <= stream.blocks.size(); first += components.size()) {
    Unit& unit = units.emplace_back();
    for (std::size_t i = 0; i < components.size(); ++i) {
      const int table = stream.huffman_of[static_cast<std::size_t>(components[i])];
      append_block(unit, stream.blocks[first + i], table, stream.zeros_before_end);
    }
  }
  return units;
}

// Of one table: the symbols in use by how often, and the others where they are wanted.
std::vector<std::uint8_t> ordered_symbols(const JpegStream& stream, const std::array<int, 256>& frequencies, bool is_ac,
                                          std::mt19937& random) {
  std::vector<std::uint8_t> symbols;
  for (int symbol = 0; symbol < (is_ac ? 256 : kDcSymbols); ++symbol) {
    const bool used = frequencies[static_cast<std::size_t>(symbol)] > 0;
    if (used || stream.all_symbols) symbols.push_back(static_cast<std::uint8_t>(symbol));
  }
  if (symbols.empty()) symbols.push_back(0);
  std::shuffle(symbols.begin(), symbols.end(), random);
  if (stream.symbol_order == SymbolOrder::kShuffled) return symbols;
  std::stable_sort(symbols.begin(), symbols.end(),
                   [&](std::uint8_t a, std::uint8_t b) { return frequencies[a] > frequencies[b]; });
  if (stream.symbol_order == SymbolOrder::kFrequentLast) std::reverse(symbols.begin(), symbols.end());
  return symbols;
}

std::vector<HuffmanTable> make_tables(const JpegStream& stream, const std::vector<Unit>& units, std::mt19937& random) {
  const auto first = stream.huffman_of.begin();
  const int count = 2 * (1 + *std::max_element(first, first + stream.components));
  std::vector<std::array<int, 256>> frequencies(static_cast<std::size_t>(count));
  for (const Unit& unit : units) {
    for (const Symbol& symbol : unit) ++frequencies[symbol.table][symbol.symbol];
  }
  std::vector<HuffmanTable> tables;
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    const auto symbols = ordered_symbols(stream, frequencies[i], i % 2 == 1, random);
    tables.push_back(make_huffman_table(symbols, stream.code_lengths, random));
  }
  return tables;
}

class BitWriter {
 public:
  void put(std::uint32_t value, int count) {
    for (int i = count - 1; i >= 0; --i) {
      byte_ = byte_ << 1U | (value >> static_cast<unsigned>(i) & 1U);
      if (++filled_ == 8) flush();
    }
  }
  void pad(bool ones) {
    while (filled_ > 0) put(ones ? 1 : 0, 1);
  }
  void marker(int code) { bytes_.insert(bytes_.end(), {std::byte{0xff}, static_cast<std::byte>(code)}); }
  const Bytes& bytes() const { return bytes_; }

 private:
  void flush() {
    bytes_.push_back(static_cast<std::byte>(byte_));
    if (bytes_.back() == std::byte{0xff}) bytes_.push_back(std::byte{0});
    byte_ = 0;
    filled_ = 0;
  }

  Bytes bytes_;
  std::uint32_t byte_ = 0;
  int filled_ = 0;
};

Bytes write_scan(const JpegStream& stream, const std::vector<Unit>& units, const std::vector<HuffmanTable>& tables) {
  const std::vector<HuffmanCodes> codes(tables.begin(), tables.end());
  BitWriter writer;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const auto interval = static_cast<std::size_t>(stream.restart_interval);
    if (interval > 0 && i > 0 && i % interval == 0) {
      writer.pad(stream.pads_with_ones);
      writer.marker(0xd0 + static_cast<int>((i / interval - 1) % 8));
    }
    for (const Symbol& symbol : units[i]) {
      const HuffmanCodes& code = codes[symbol.table];
      writer.put(code.codes[symbol.symbol], code.lengths[symbol.symbol]);
      writer.put(symbol.bits, symbol.symbol & 15);
    }
  }
  writer.pad(stream.pads_with_ones);
  writer.marker(0xd9);
  return writer.bytes();
}

void append(Bytes& bytes, const std::vector<int>& values) {
  const Bytes more = to_bytes(values);
  bytes.insert(bytes.end(), more.begin(), more.end());
}

void append_segment(Bytes& bytes, int marker, const std::vector<int>& payload) {
  const auto length = static_cast<int>(payload.size()) + 2;
  append(bytes, {0xff, marker, length >> 8, length & 0xff});
  append(bytes, payload);
}

void append_quantisation(Bytes& bytes, const JpegStream& stream) {
  const auto first = stream.quantisation_of.begin();
  const int tables = 1 + *std::max_element(first, first + stream.components);
  for (int number = 0; number < tables; ++number) {
    const QuantisationTable& table = stream.quantisation[static_cast<std::size_t>(number)];
    const bool wide = table.wide || *std::max_element(table.steps.begin(), table.steps.end()) > 255;
    std::vector<int> payload{(wide ? 0x10 : 0) | number};
    for (const int step : table.steps) {
      if (wide) payload.push_back(step >> 8);
      payload.push_back(step & 0xff);
    }
    append_segment(bytes, 0xdb, payload);
  }
}

void append_huffman(Bytes& bytes, const JpegStream& stream, const std::vector<HuffmanTable>& tables) {
  std::vector<int> payload;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const int number = stream.first_table_number + static_cast<int>(i / 2);
    payload.push_back((i % 2 == 1 ? 0x10 : 0) | number);
    payload.insert(payload.end(), tables[i].counts.begin(), tables[i].counts.end());
    payload.insert(payload.end(), tables[i].symbols.begin(), tables[i].symbols.end());
    if (!stream.one_segment_each && i + 1 < tables.size()) continue;
    append_segment(bytes, 0xc4, payload);
    payload.clear();
  }
}

void append_frame(Bytes& bytes, const JpegStream& stream) {
  const cv::Size size = stream.size;
  std::vector<int> payload{
      8, size.height >> 8, size.height & 0xff, size.width >> 8, size.width & 0xff, stream.components};
  for (int i = 0; i < stream.components; ++i) {
    const int sampling = i == 0 ? stream.horizontal_sampling << 4 | stream.vertical_sampling : 0x11;
    payload.insert(payload.end(), {i + 1, sampling, stream.quantisation_of[static_cast<std::size_t>(i)]});
  }
  append_segment(bytes, stream.extended ? 0xc1 : 0xc0, payload);
}

void append_scan_header(Bytes& bytes, const JpegStream& stream) {
  std::vector<int> payload{stream.components};
  for (int i = 0; i < stream.components; ++i) {
    const int number = stream.first_table_number + stream.huffman_of[static_cast<std::size_t>(i)];
    payload.insert(payload.end(), {i + 1, number << 4 | number});
  }
  payload.insert(payload.end(), {0, 63, 0});
  append_segment(bytes, 0xda, payload);
}

}  // namespace

int units_a_row(const JpegStream& stream) { return divided_up(stream.size.width, 8 * stream.horizontal_sampling); }

int units_of(const JpegStream& stream) {
  return units_a_row(stream) * divided_up(stream.size.height, 8 * stream.vertical_sampling);
}

int blocks_of_unit(const JpegStream& stream) { return static_cast<int>(components_of_unit(stream).size()); }

std::vector<int> components_of_unit(const JpegStream& stream) {
  const int luma_blocks = stream.horizontal_sampling * stream.vertical_sampling;
  std::vector<int> components(static_cast<std::size_t>(luma_blocks), 0);
  for (int i = 1; i < stream.components; ++i) components.push_back(i);
  return components;
}

Bytes write_jpeg(const JpegStream& stream, std::mt19937& random) {
  const std::vector<Unit> units = units_as_symbols(stream);
  const std::vector<HuffmanTable> tables = make_tables(stream, units, random);
  Bytes bytes = to_bytes({0xff, 0xd8});
  if (stream.jfif) append_segment(bytes, 0xe0, {'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0});
  append_quantisation(bytes, stream);
  append_frame(bytes, stream);
  append_huffman(bytes, stream, tables);
  if (stream.restart_interval > 0)
    append_segment(bytes, 0xdd, {stream.restart_interval >> 8, stream.restart_interval & 0xff});
  append_scan_header(bytes, stream);
  const Bytes scan = write_scan(stream, units, tables);
  bytes.insert(bytes.end(), scan.begin(), scan.end());
  return bytes;
}

}  // namespace topfive::test
