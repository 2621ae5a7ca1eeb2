// Where rows of units (MCUs) begin in a scan: a window then costs nothing for what is above it and to its right.
//
// A place is a bit of the scan and the DC predictions there. The index of a picture has the places at which its rows
// begin, and with a step also every `step` units of a row. As bytes: the step, then for each place but the first the
// bits since the place before, then by how much each component's prediction changed. All numbers are varints (seven
// bits a byte, the lowest first), signed ones in zigzag order.
//
// The bytes are hostile until checked: what read() accepts lies within the scan, so that a wrong index can give wrong
// pixels, but no read outside of it. Whether an index is that of the very file is for its keeper to know, who has size
// and checksum of both.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace topfive::image::jpeg {

struct ScanPlace {
  std::uint64_t bit = 0;             // of the scan, stuffing and markers included; the highest of a byte first
  std::array<std::int16_t, 3> dc{};  // predictions by component
};

struct UnitGrid {
  int columns = 0;
  int rows = 0;
  int components = 0;
};

class RowIndex {
 public:
  // Reads the places of the first `rows` rows, and the one behind them. False where the bytes are not an index of such
  // a picture, or lead outside of a scan of that many bytes.
  bool read(std::span<const std::byte> bytes, const UnitGrid& grid, int rows, std::size_t scan_bytes);

  struct Start {
    ScanPlace place;
    int column = 0;
  };
  // The last place of a row at or before a unit.
  Start before(int row, int column) const;
  // The bit of the first place at or behind a unit; the scan's end where there is none.
  std::uint64_t end_bit(int row, int column) const;

  std::size_t scratch_bytes() const { return places_.capacity() * sizeof(ScanPlace); }

 private:
  std::vector<ScanPlace> places_;  // row by row
  std::size_t places_a_row_ = 0;
  int step_ = 0;
  std::uint64_t scan_bits_ = 0;
};

// Puts an index together.
class RowIndexWriter {
 public:
  RowIndexWriter(int step, int components);
  // The next place; the first one is where the scan begins, and takes no bytes.
  void add(const ScanPlace& place);
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  void put(std::uint64_t value);

  std::vector<std::byte> bytes_;
  int components_;
  ScanPlace last_{};
};

}  // namespace topfive::image::jpeg
