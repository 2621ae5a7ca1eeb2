// Our own decoder for windows of baseline JPEG files: the pixels of libjpeg-turbo, in less than half of its time.
//
// libjpeg reads the header. Where the file is of a usual kind (see supports()), its rows are made here: bytes without
// stuffing, Huffman codes by large look-ups, transform and colour in wide vectors, each sample once. Rows come from
// rings of two rows of units, so that no more than a strip of the picture is ever in memory.
//
// The pixels are libjpeg's, bit for bit, because nothing here ever guesses: a stream in which anything is not as a
// sound encoder writes it ends this decoder at that row (next_row() gives null), and libjpeg goes on from there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include <jpeglib.h>
#include <opencv2/core/types.hpp>

#include "topfive/image/aligned_vector.h"
#include "topfive/image/jpeg/entropy_bytes.h"
#include "topfive/image/jpeg/kernels.h"
#include "topfive/image/jpeg/row_index.h"
#include "topfive/image/row_source.h"

namespace topfive::image::jpeg {

// One per thread, kept from picture to picture: after the first few pictures it allocates nothing.
class WindowDecoder {
 public:
  explicit WindowDecoder(const Kernels& kernels = fastest_kernels());

  // Whether the picture whose header was read is one of ours: baseline, 8 bits, one scan of all components; grey, or
  // YCbCr with a luma of 1x1, 2x1, 1x2 or 2x2.
  static bool supports(const jpeg_decompress_struct& codec);

  // Prepares the rows of a window inside the picture. `scan` begins with the entropy-coded bytes, and must stay. False
  // where the tables are not sound. `index`: see RowIndex; what is no index of the picture is ignored.
  bool begin(const jpeg_decompress_struct& codec, std::span<const std::uint8_t> scan, const cv::Rect& window,
             int channels, std::span<const std::byte> index = {});
  // The next row of the window, packed, with kRowPadding bytes behind it; null where libjpeg has to go on.
  const std::uint8_t* next_row();

  // Reads through all units and makes the index of the picture, with places every `step` units of a row, or at their
  // beginnings only for 0. Empty where libjpeg would have to go on somewhere.
  std::vector<std::byte> make_index(const jpeg_decompress_struct& codec, std::span<const std::uint8_t> scan, int step);

  // Whether the window is read by its index.
  bool indexed() const { return indexed_; }

  const char* instruction_set() const { return kernels_->name; }
  std::size_t scratch_bytes() const;

 private:
  // A component's samples: two rows of units, one after the other.
  struct Plane {
    int horizontal = 1;  // blocks in a unit
    int vertical = 1;
    int rows = 0;  // samples that the picture has
    int columns = 0;
    alignas(64) std::array<std::int16_t, kBlockSize> quantisation{};  // natural order
    std::size_t coefficients = 0;                                     // where its blocks of a chunk begin
    std::size_t stride = 0;
    AlignedVector<std::uint8_t> samples;

    int ring_rows() const { return 16 * vertical; }
    std::uint8_t* row(int y) {
      return samples.data() + kLeftMargin + static_cast<std::size_t>(y % ring_rows()) * stride;
    }
  };
  // A place in the scan, with what is known there.
  struct Reader {
    explicit Reader(Unstuff unstuff) : bytes(unstuff) {}

    EntropyBytes bytes;
    EntropyState state;
    int until_restart = 0;
    int next_restart = 0;
  };
  static constexpr std::size_t kLeftMargin = 64;  // one sample is written in front of a row

  void set_planes(const jpeg_decompress_struct& codec);
  void set_units();
  void set_buffers();
  bool set_plan(const jpeg_decompress_struct& codec);
  bool read_unit_row();
  bool read_window_units();
  // Goes to the window's first unit in the row that is next, by the index.
  bool go_to_window();
  // Goes on reading at the last place of the index that is not behind the window's first unit in a row, and up to the
  // first place behind the window; the column of units of that place.
  int go_to_row(Reader& reader, int row);
  std::size_t end_of_row_bytes(int row) const;
  // Drops units of both readers.
  bool skip_two(int units);
  bool read_units(int units, std::int16_t* out);
  bool restart();
  void transform(int first, int units);
  void repeat_edges();
  const std::uint8_t* make_row(int y);
  const std::uint8_t* as_rgb(const std::uint8_t* luma);
  // Chroma of row `y` in the columns of the window; made in `out` where it is not there already.
  const std::uint8_t* chroma_row(Plane& plane, int y, std::uint8_t* out);
  // Rows of units that have to be there for a row of the picture.
  int end_of_unit_rows(int y) const;
  int unit_height() const { return 8 * planes_[0].vertical; }
  bool upsamples_rows() const { return components_ == 3 && planes_[0].vertical == 2; }
  bool upsamples_columns() const { return components_ == 3 && planes_[0].horizontal == 2; }

  const Kernels* kernels_;
  Reader reader_;
  Reader reader_below_;  // in the row below, where two rows are read side by side
  std::array<AcTable, 2> ac_;
  std::array<DcTable, 2> dc_;
  std::array<Plane, 3> planes_;
  UnitPlan plan_;
  std::span<const std::uint8_t> scan_;
  RowIndex index_;
  bool indexed_ = false;
  AlignedVector<std::int16_t> coefficients_;
  std::size_t chroma_stride_ = 0;
  AlignedVector<std::uint8_t> chroma_;  // a row of blue and one of red
  AlignedVector<std::uint8_t> row_;
  cv::Rect window_;
  cv::Size size_;
  int components_ = 0;
  int channels_ = 0;
  int first_unit_ = 0;  // columns of units that the window needs
  int end_unit_ = 0;
  int units_a_row_ = 0;
  int unit_rows_ = 0;
  int unit_row_ = 0;        // the next one to be read
  int first_unit_row_ = 0;  // rows that the window needs
  int end_unit_row_ = 0;
  int row_below_ = -1;  // of reader_below_, which is at the window's first unit
  int y_ = 0;           // the next row of the picture to be given
  int restart_interval_ = 0;
};

}  // namespace topfive::image::jpeg
