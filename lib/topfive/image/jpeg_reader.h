// JPEG files, whole or a window only: accurate integer IDCT, fancy upsampling, as libjpeg-turbo does them.
//
// Windows of usual files are made by our own decoder (see jpeg/window_decoder.h), all else by libjpeg-turbo, which also
// goes on wherever our decoder stops. Which of the two made a pixel changes nothing but the time.
//
// With libjpeg, a window costs the entropy decoding of the rows down to its bottom and the rest of the work for its own
// blocks only, and its pixels are those of the whole picture, bit for bit. What makes them so: libjpeg skips once, from
// row 0; one more column on either side is decoded and dropped, as fancy upsampling treats the edges of what it is
// asked for differently. Other samplings than 1x1, 2x1, 1x2 and 2x2, four components and files without an end marker
// are decoded as a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "topfive/image/decode.h"
#include "topfive/image/row_source.h"

namespace topfive::image {

class JpegSession;

namespace jpeg {
struct Kernels;
class WindowDecoder;
}  // namespace jpeg

// One per thread, kept from picture to picture: after the first few pictures it allocates nothing.
class JpegReader final : public RowSource {
 public:
  explicit JpegReader(JpegDecoder decoder = JpegDecoder::kAuto);
  JpegReader(JpegDecoder decoder, const jpeg::Kernels& kernels);  // for tests of one instruction set
  ~JpegReader() override;
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  // Reads the header. `bytes`, and `slack` readable bytes of end markers behind them, must live until the picture was
  // read; see data::kDecoderSlack. Throws DecodeError; so do all functions below, and the picture is closed then.
  void open(std::span<const std::byte> bytes, std::size_t slack, const DecodeLimits& limits = {});
  cv::Size size() const;
  int components() const;

  // For the picture that was opened: where its rows begin, as make_index() said for these very bytes (the caller has
  // compared size and checksum of the file). Borrowed until close(). An index that does not fit is ignored.
  void use_index(std::span<const std::byte> index) { index_ = index; }
  // Reads through the picture that was opened and says where each row of units (MCUs) begins; with `step` > 0 also
  // every `step` units within a row. Empty where our own decoder does not read the picture, or anything in it is
  // irregular.
  std::vector<std::byte> make_index(int step);

  // Whether windows of it can be read as `channels` (3: RGB, 1: grey) for less than the whole picture.
  bool reads_windows(int channels) const;
  // Begins with the rows of a window inside the picture; next_row() gives its rows, packed, without gaps.
  void begin(const cv::Rect& window, int channels);
  const std::uint8_t* next_row() override;
  // Ends reading, wherever it is.
  void close();
  // Whether our own decoder made all rows that were read so far.
  bool all_rows_own() const { return own_rows_; }
  // Of these, whether it did so by the index.
  bool all_rows_indexed() const;

  // The whole picture to its last byte: RGB for three or four components (CMYK and YCCK by Pillow's formula, which
  // takes every four-component file as Adobe's inverted CMYK), grey for one. Anything missing at the end is an error.
  Image read_whole();

  std::size_t scratch_bytes() const;

 private:
  // Lets libjpeg make the rows from `y` on.
  void begin_libjpeg(int y);
  bool begin_own();
  bool reads_own() const;
  std::span<const std::uint8_t> scan() const;

  std::unique_ptr<JpegSession> session_;
  std::unique_ptr<jpeg::WindowDecoder> own_;  // null for kLibjpeg
  bool own_rows_ = false;
  cv::Rect window_;
  int channels_ = 0;
  int next_y_ = 0;  // of the picture
  std::span<const std::byte> bytes_;
  std::span<const std::byte> index_;
  DecodeLimits limits_;
  std::size_t slack_ = 0;
  bool has_end_marker_ = false;
  std::vector<std::uint8_t> row_;  // as libjpeg writes it: the window, its margin, padding
  std::size_t margin_bytes_ = 0;   // in front of the window
};

}  // namespace topfive::image
