#include "topfive/image/jpeg/window_decoder.h"

#include <algorithm>
#include <cassert>

#include "topfive/image/jpeg/natural_order.h"
#include "topfive/image/jpeg_session.h"

namespace topfive::image::jpeg {
namespace {

// Units between entropy decoding and transform: their coefficients stay in the first-level cache.
constexpr int kChunkUnits = 8;
constexpr int kBlockSide = 8;
constexpr int kMostBlocksARow = 2;    // of a component in a unit
constexpr int kWidestUnsmoothed = 2;  // narrower chroma is not smoothed by libjpeg

constexpr std::size_t kBlockRow = (kChunkUnits * kMostBlocksARow + kBlockSlack) * kBlockSize;
constexpr std::size_t kBlockRows = 4;  // of all components of a unit

int divided_up(int value, int divisor) { return (value + divisor - 1) / divisor; }

std::size_t rounded_up(std::size_t value, std::size_t step) { return (value + step - 1) / step * step; }

HuffmanSpec spec_of(const JHUFF_TBL& table) {
  return {std::span<const std::uint8_t, 16>(table.bits + 1, 16), std::span<const std::uint8_t, 256>(table.huffval)};
}

// Processors see by themselves what is read in order, but not that the rest of a row is left out.
void prefetch(const std::uint8_t* begin, const std::uint8_t* end) {
#ifdef __GNUC__
  constexpr std::ptrdiff_t kCacheLine = 64;
  for (; begin < end; begin += std::min(kCacheLine, end - begin)) __builtin_prefetch(begin);
#endif
}

// Among the usual samplings.
bool is_our_sampling(const jpeg_decompress_struct& codec) {
  const jpeg_component_info* components = codec.comp_info;
  if (codec.num_components == 1) return components[0].h_samp_factor == 1 && components[0].v_samp_factor == 1;
  return components[0].h_samp_factor == 1 || static_cast<int>(components[1].downsampled_width) > kWidestUnsmoothed;
}

// The table of a number, at its place among `tables`, set by set(table, spec) where it is new; null where there is no
// such table, or no more room.
template <class Table, class Set>
const Table* table_of(int number, JHUFF_TBL* const* specs, std::array<Table, 2>& tables, std::array<int, 2>& numbers,
                      const Set& set) {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (numbers[i] == number) return &tables[i];
    if (numbers[i] >= 0) continue;
    if (number < 0 || number >= NUM_HUFF_TBLS || specs[number] == nullptr || !set(tables[i], spec_of(*specs[number]))) {
      return nullptr;
    }
    numbers[i] = number;
    return &tables[i];
  }
  return nullptr;
}

}  // namespace

WindowDecoder::WindowDecoder(const Kernels& kernels)
    : kernels_(&kernels),
      reader_(kernels.unstuff),
      reader_below_(kernels.unstuff),
      coefficients_(kBlockRows * kBlockRow) {}

bool WindowDecoder::supports(const jpeg_decompress_struct& codec) {
  const bool colours = (codec.num_components == 1 && codec.jpeg_color_space == JCS_GRAYSCALE) ||
                       (codec.num_components == 3 && codec.jpeg_color_space == JCS_YCbCr);
  return colours && codec.progressive_mode == FALSE && codec.arith_code == FALSE && codec.data_precision == 8 &&
         codec.comps_in_scan == codec.num_components && codec.Ss == 0 && codec.Se == DCTSIZE2 - 1 && codec.Ah == 0 &&
         codec.Al == 0 && has_usual_sampling(codec) && is_our_sampling(codec);
}

bool WindowDecoder::begin(const jpeg_decompress_struct& codec, std::span<const std::uint8_t> scan,
                          const cv::Rect& window, int channels, std::span<const std::byte> index) {
  assert(supports(codec));
  size_ = {static_cast<int>(codec.image_width), static_cast<int>(codec.image_height)};
  window_ = window;
  channels_ = channels;
  components_ = codec.num_components;
  set_planes(codec);
  set_units();
  set_buffers();
  if (!set_plan(codec)) return false;
  scan_ = scan;
  y_ = window.y;
  restart_interval_ = static_cast<int>(codec.restart_interval);
  indexed_ = !index.empty() && index_.read(index, {units_a_row_, unit_rows_, components_}, end_unit_row_, scan.size());
  unit_row_ = indexed_ ? first_unit_row_ : 0;
  row_below_ = -1;
  reader_.state = {};
  if (!indexed_) reader_.state.bits = reader_.bytes.begin(scan.data(), scan.data() + scan.size());
  reader_.until_restart = restart_interval_;
  reader_.next_restart = 0;
  return true;
}

std::vector<std::byte> WindowDecoder::make_index(const jpeg_decompress_struct& codec,
                                                 std::span<const std::uint8_t> scan, int step) {
  if (!begin(codec, scan, {0, 0, 1, 1}, 1)) return {};
  const int stride = step > 0 ? std::min(step, units_a_row_) : units_a_row_;
  RowIndexWriter writer(stride < units_a_row_ ? stride : 0, components_);
  for (int row = 0; row < unit_rows_; ++row) {
    for (int unit = 0; unit < units_a_row_; unit += stride) {
      ScanPlace place{reader_.bytes.raw_bit(reader_.state.bits, scan.data()), {}};
      std::copy(reader_.state.dc.begin(), reader_.state.dc.end(), place.dc.begin());
      writer.add(place);
      if (!read_units(std::min(stride, units_a_row_ - unit), nullptr)) return {};
    }
  }
  return writer.take();
}

void WindowDecoder::set_planes(const jpeg_decompress_struct& codec) {
  for (int i = 0; i < components_; ++i) {
    const jpeg_component_info& component = codec.comp_info[i];
    Plane& plane = planes_[static_cast<std::size_t>(i)];
    plane.horizontal = component.h_samp_factor;
    plane.vertical = component.v_samp_factor;
    plane.columns = static_cast<int>(component.downsampled_width);
    plane.rows = static_cast<int>(component.downsampled_height);
  }
}

void WindowDecoder::set_units() {
  const int width = kBlockSide * planes_[0].horizontal;
  const int right = window_.x + window_.width;
  units_a_row_ = divided_up(size_.width, width);
  unit_rows_ = divided_up(size_.height, unit_height());
  if (upsamples_columns()) {
    first_unit_ = std::max(window_.x / 2 - 1, 0) / kBlockSide;
    end_unit_ = std::min(((right - 1) / 2 + 1) / kBlockSide + 1, units_a_row_);
  } else {
    first_unit_ = window_.x / width;
    end_unit_ = divided_up(right, width);
  }
  first_unit_row_ = window_.y / unit_height();
  if (upsamples_rows() && window_.y % unit_height() == 0 && first_unit_row_ > 0) --first_unit_row_;
  end_unit_row_ = end_of_unit_rows(window_.y + window_.height - 1);
}

// Upsampling looks at the row of samples below.
int WindowDecoder::end_of_unit_rows(int y) const {
  const bool needs_next = upsamples_rows() && y % unit_height() >= unit_height() - 2;
  return std::min(y / unit_height() + (needs_next ? 2 : 1), unit_rows_);
}

void WindowDecoder::set_buffers() {
  const auto units = static_cast<std::size_t>(end_unit_ - first_unit_);
  for (int i = 0; i < components_; ++i) {
    Plane& plane = planes_[static_cast<std::size_t>(i)];
    const std::size_t samples = units * static_cast<std::size_t>(kBlockSide * plane.horizontal);
    plane.stride = rounded_up(kLeftMargin + samples + kSampleSlack, kLeftMargin);
    plane.samples.resize(plane.stride * static_cast<std::size_t>(plane.ring_rows()) + kSampleSlack);
  }
  const auto width = static_cast<std::size_t>(window_.width);
  chroma_stride_ = rounded_up(width + kSampleSlack, kLeftMargin);
  chroma_.resize(2 * chroma_stride_);
  row_.resize(3 * width + kSampleSlack + kRowPadding);
}

bool WindowDecoder::set_plan(const jpeg_decompress_struct& codec) {
  std::array<int, 2> ac_numbers{-1, -1};
  std::array<int, 2> dc_numbers{-1, -1};
  const auto set_ac = [&](AcTable& table, const HuffmanSpec& spec) {
    return table.set(spec, kernels_->combine_singles);
  };
  const auto set_dc = [](DcTable& table, const HuffmanSpec& spec) { return table.set(spec); };
  plan_.count = 0;
  std::size_t block_row = 0;
  for (int i = 0; i < components_; ++i) {
    const jpeg_component_info& component = codec.comp_info[i];
    Plane& plane = planes_[static_cast<std::size_t>(i)];
    const int number = component.quant_tbl_no;
    if (number < 0 || number >= NUM_QUANT_TBLS || codec.quant_tbl_ptrs[number] == nullptr) return false;
    for (std::size_t k = 0; k < kBlockSize; ++k) {
      plane.quantisation[k] = static_cast<std::int16_t>(codec.quant_tbl_ptrs[number]->quantval[k]);
    }
    const AcTable* ac = table_of(component.ac_tbl_no, codec.ac_huff_tbl_ptrs, ac_, ac_numbers, set_ac);
    const DcTable* dc = table_of(component.dc_tbl_no, codec.dc_huff_tbl_ptrs, dc_, dc_numbers, set_dc);
    if (ac == nullptr || dc == nullptr) return false;
    plane.coefficients = block_row * kBlockRow;
    const auto blocks = static_cast<std::size_t>(plane.horizontal);
    for (int row = 0; row < plane.vertical; ++row, ++block_row) {
      for (std::size_t column = 0; column < blocks; ++column) {
        plan_.blocks[static_cast<std::size_t>(plan_.count++)] = {ac, dc, i, block_row * kBlockRow + column * kBlockSize,
                                                                 blocks * kBlockSize};
      }
    }
  }
  return true;
}

bool WindowDecoder::read_units(int units, std::int16_t* out) {
  EntropyBytes& bytes = reader_.bytes;
  for (int unit = 0; unit < units;) {
    int end = units;
    if (restart_interval_ > 0) {
      if (reader_.until_restart == 0 && !restart()) return false;
      end = std::min(end, unit + reader_.until_restart);
    }
    const int read = kernels_->read_units(reader_.state, plan_, {unit, end}, bytes.limit(), out);
    if (read < unit || !bytes.in_bounds(reader_.state.bits)) return false;
    if (read < end && !bytes.advance(reader_.state.bits)) return false;
    reader_.until_restart -= read - unit;
    unit = read;
  }
  return true;
}

bool WindowDecoder::restart() {
  if (!reader_.bytes.begin_next(reader_.state.bits, reader_.next_restart)) return false;
  reader_.state.dc = {};
  reader_.next_restart = (reader_.next_restart + 1) % 8;
  reader_.until_restart = restart_interval_;
  return true;
}

bool WindowDecoder::read_unit_row() {
  if (indexed_) {
    if (!go_to_window() || !read_window_units()) return false;
  } else if (unit_row_ < first_unit_row_) {
    if (!read_units(units_a_row_, nullptr)) return false;
  } else {
    if (!read_units(first_unit_, nullptr) || !read_window_units()) return false;
    if (!read_units(units_a_row_ - end_unit_, nullptr)) return false;
  }
  ++unit_row_;
  return true;
}

std::size_t WindowDecoder::end_of_row_bytes(int row) const {
  // A little more: the last byte may be stuffed.
  return std::min<std::size_t>(index_.end_bit(row, end_unit_) / 8 + 3, scan_.size());
}

int WindowDecoder::go_to_row(Reader& reader, int row) {
  const RowIndex::Start start = index_.before(row, first_unit_);
  const std::size_t end = end_of_row_bytes(row);
  if (row + 2 < end_unit_row_) {
    const std::uint64_t soon = index_.before(row + 2, first_unit_).place.bit;
    prefetch(scan_.data() + soon / 8, scan_.data() + end_of_row_bytes(row + 2));
  }
  const auto bit = static_cast<std::uint32_t>(start.place.bit % 8);
  reader.state.bits = reader.bytes.begin_at(scan_.data() + start.place.bit / 8, bit, scan_.data() + end);
  std::copy(start.place.dc.begin(), start.place.dc.end(), reader.state.dc.begin());
  if (restart_interval_ == 0) return start.column;
  // A marker in front of the place has not been read yet.
  const std::int64_t units = std::int64_t{row} * units_a_row_ + start.column;
  const std::int64_t markers = std::max<std::int64_t>(units - 1, 0) / restart_interval_;
  reader.until_restart = static_cast<int>((markers + 1) * restart_interval_ - units);
  reader.next_restart = static_cast<int>(markers % 8);
  return start.column;
}

bool WindowDecoder::go_to_window() {
  if (row_below_ == unit_row_) {
    std::swap(reader_, reader_below_);
    return true;
  }
  const int units = first_unit_ - go_to_row(reader_, unit_row_);
  const int below = unit_row_ + 1;
  if (units > 0 && below < end_unit_row_ && restart_interval_ == 0) {
    go_to_row(reader_below_, below);
    if (skip_two(units)) {
      row_below_ = below;
      return true;
    }
    go_to_row(reader_, unit_row_);
  }
  return read_units(units, nullptr);
}

bool WindowDecoder::skip_two(int units) {
  for (int unit = 0; unit < units;) {
    const int skipped = kernels_->skip_two(reader_.state, reader_below_.state, plan_, units - unit,
                                           reader_.bytes.limit(), reader_below_.bytes.limit());
    if (skipped < 0) return false;
    unit += skipped;
    for (Reader* reader : {&reader_, &reader_below_}) {
      BitReader& bits = reader->state.bits;
      if (!reader->bytes.in_bounds(bits)) return false;
      if (unit < units && bits.next > reader->bytes.limit() && !reader->bytes.advance(bits)) return false;
    }
  }
  return true;
}

bool WindowDecoder::read_window_units() {
  for (int unit = first_unit_; unit < end_unit_; unit += kChunkUnits) {
    const int units = std::min(kChunkUnits, end_unit_ - unit);
    if (!read_units(units, coefficients_.data())) return false;
    transform(unit - first_unit_, units);
  }
  if (upsamples_columns()) repeat_edges();
  return true;
}

void WindowDecoder::transform(int first, int units) {
  for (int i = 0; i < components_; ++i) {
    Plane& plane = planes_[static_cast<std::size_t>(i)];
    for (int row = 0; row < plane.vertical; ++row) {
      const std::int16_t* blocks =
          coefficients_.data() + plane.coefficients + static_cast<std::size_t>(row) * kBlockRow;
      std::uint8_t* out = plane.row(kBlockSide * (unit_row_ * plane.vertical + row)) +
                          static_cast<std::size_t>(kBlockSide * plane.horizontal * first);
      kernels_->transform_blocks(blocks, units * plane.horizontal, plane.quantisation.data(), out, plane.stride);
    }
  }
}

// Upsampling reads a sample beyond either edge: the picture's edges are repeated.
void WindowDecoder::repeat_edges() {
  for (std::size_t i = 1; i < 3; ++i) {
    Plane& plane = planes_[i];
    const int columns = plane.columns - kBlockSide * first_unit_;
    for (int y = 0; y < kBlockSide; ++y) {
      std::uint8_t* row = plane.row(kBlockSide * unit_row_ + y);
      if (first_unit_ == 0) row[-1] = row[0];
      if (end_unit_ == units_a_row_) row[columns] = row[columns - 1];
    }
  }
}

const std::uint8_t* WindowDecoder::next_row() {
  for (const int end = end_of_unit_rows(y_); unit_row_ < end;) {
    if (!read_unit_row()) return nullptr;
  }
  return make_row(y_++);
}

const std::uint8_t* WindowDecoder::make_row(int y) {
  const int left = window_.x - first_unit_ * kBlockSide * planes_[0].horizontal;
  const std::uint8_t* luma = planes_[0].row(y) + left;
  if (components_ == 1) return channels_ == 1 ? luma : as_rgb(luma);
  const std::uint8_t* blue = chroma_row(planes_[1], y, chroma_.data());
  const std::uint8_t* red = chroma_row(planes_[2], y, chroma_.data() + chroma_stride_);
  kernels_->to_rgb({luma, blue, red}, window_.width, row_.data());
  return row_.data();
}

const std::uint8_t* WindowDecoder::as_rgb(const std::uint8_t* luma) {
  for (int i = 0; i < window_.width; ++i) std::fill_n(row_.data() + std::ptrdiff_t{3} * i, 3, luma[i]);
  return row_.data();
}

const std::uint8_t* WindowDecoder::chroma_row(Plane& plane, int y, std::uint8_t* out) {
  const int x = upsamples_columns() ? window_.x / 2 : window_.x;
  const int left = x - first_unit_ * kBlockSide;
  // Pairs of columns that the window has a part in.
  const int pairs = (window_.x + window_.width + 1) / 2 - window_.x / 2;
  const std::uint8_t* skipped = out + window_.x % 2;
  if (!upsamples_rows()) {
    const std::uint8_t* samples = plane.row(y) + left;
    if (!upsamples_columns()) return samples;
    kernels_->upsample_row(samples, pairs, out);
    return skipped;
  }
  const bool upper = y % 2 == 0;
  const std::uint8_t* near = plane.row(y / 2) + left;
  const std::uint8_t* far = plane.row(std::clamp(upper ? y / 2 - 1 : y / 2 + 1, 0, plane.rows - 1)) + left;
  if (upsamples_columns()) {
    kernels_->upsample_rows(near, far, pairs, out);
    return skipped;
  }
  kernels_->blend_rows(near, far, window_.width, upper ? 1 : 2, out);
  return out;
}

std::size_t WindowDecoder::scratch_bytes() const {
  std::size_t sum = sizeof(*this) + 2 * reader_.bytes.scratch_bytes() + index_.scratch_bytes() +
                    coefficients_.capacity() * sizeof(std::int16_t) + chroma_.capacity() + row_.capacity();
  for (const Plane& plane : planes_) sum += plane.samples.capacity();
  return sum;
}

}  // namespace topfive::image::jpeg
