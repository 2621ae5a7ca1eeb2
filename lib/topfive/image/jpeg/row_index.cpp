#include "topfive/image/jpeg/row_index.h"

#include <algorithm>

namespace topfive::image::jpeg {
namespace {

constexpr unsigned kPartBits = 7;
constexpr std::uint64_t kMore = 1U << kPartBits;
constexpr unsigned kMostShift = 35;  // six parts: more than any scan has bits

std::uint64_t zigzag(int value) {
  return value < 0 ? 2 * static_cast<std::uint64_t>(-(value + 1)) + 1 : 2 * static_cast<std::uint64_t>(value);
}

std::int64_t from_zigzag(std::uint64_t value) {
  const auto half = static_cast<std::int64_t>(value >> 1U);
  return (value & 1U) != 0 ? -half - 1 : half;
}

class Varints {
 public:
  explicit Varints(std::span<const std::byte> bytes) : next_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // 0 behind the end, and after a number that is too long.
  std::uint64_t next() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift <= kMostShift && next_ != end_; shift += kPartBits) {
      const auto part = std::to_integer<std::uint64_t>(*next_++);
      value |= (part & (kMore - 1)) << shift;
      if ((part & kMore) == 0) return value;
    }
    good_ = false;
    return 0;
  }
  bool good() const { return good_; }

 private:
  const std::byte* next_;
  const std::byte* end_;
  bool good_ = true;
};

}  // namespace

bool RowIndex::read(std::span<const std::byte> bytes, const UnitGrid& grid, int rows, std::size_t scan_bytes) {
  Varints numbers(bytes);
  const std::uint64_t step = numbers.next();
  if (!numbers.good() || step > static_cast<std::uint64_t>(grid.columns)) return false;
  step_ = step == 0 ? grid.columns : static_cast<int>(step);
  places_a_row_ = static_cast<std::size_t>((grid.columns - 1) / step_) + 1;
  scan_bits_ = std::uint64_t{scan_bytes} * 8;
  // One place behind the rows, where the picture has it.
  const std::size_t count = places_a_row_ * static_cast<std::size_t>(rows) + (rows < grid.rows ? 1 : 0);
  const auto components = static_cast<std::size_t>(grid.components);
  if ((count - 1) * (1 + components) >= bytes.size()) return false;
  places_.resize(count);
  ScanPlace place{};
  places_[0] = place;
  for (std::size_t i = 1; i < count; ++i) {
    place.bit += numbers.next();
    bool fits = numbers.good() && place.bit <= scan_bits_;
    for (std::size_t k = 0; k < components; ++k) {
      const std::int64_t dc = place.dc[k] + from_zigzag(numbers.next());
      place.dc[k] = static_cast<std::int16_t>(dc);
      fits = fits && place.dc[k] == dc;
    }
    if (!fits || !numbers.good()) return false;
    places_[i] = place;
  }
  return true;
}

RowIndex::Start RowIndex::before(int row, int column) const {
  const int part = column / step_;
  return {places_[static_cast<std::size_t>(row) * places_a_row_ + static_cast<std::size_t>(part)], part * step_};
}

std::uint64_t RowIndex::end_bit(int row, int column) const {
  const auto part = static_cast<std::size_t>((column + step_ - 1) / step_);
  const std::size_t place = static_cast<std::size_t>(row) * places_a_row_ + std::min(part, places_a_row_);
  return place < places_.size() ? places_[place].bit : scan_bits_;
}

RowIndexWriter::RowIndexWriter(int step, int components) : components_(components) {
  put(static_cast<std::uint64_t>(step));
}

void RowIndexWriter::put(std::uint64_t value) {
  for (; value >= kMore; value >>= kPartBits) bytes_.push_back(static_cast<std::byte>(value | kMore));
  bytes_.push_back(static_cast<std::byte>(value));
}

void RowIndexWriter::add(const ScanPlace& place) {
  if (place.bit > 0) {
    put(place.bit - last_.bit);
    for (std::size_t i = 0; i < static_cast<std::size_t>(components_); ++i) put(zigzag(place.dc[i] - last_.dc[i]));
  }
  last_ = place;
}

}  // namespace topfive::image::jpeg
