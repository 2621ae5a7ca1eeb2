// A picture on its way through the transforms: what is to be done with it is noted, and done at once at the end.
//
// A crop, a resize, another crop and a mirroring amount to: these pixels of the file, at this scale, in this order. For
// a JPEG only those are decoded, and decoded rows go straight through the resampler into the batch. What cannot be
// noted (a second resize, a border, a filter of OpenCV's, a change of colours) first computes the pixels so far. The
// result is the same, bit for bit, as that of one step after the other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "topfive/image/decode.h"
#include "topfive/image/image.h"
#include "topfive/image/jpeg_reader.h"
#include "topfive/image/matrix_rows.h"
#include "topfive/image/resampler.h"
#include "topfive/image/resize.h"

namespace topfive::image {

// Passes rows on and notes how long they took.
class TimedRows final : public RowSource {
 public:
  void begin(RowSource& source, double& seconds) {
    source_ = &source;
    seconds_ = &seconds;
  }
  const std::uint8_t* next_row() override;

 private:
  RowSource* source_ = nullptr;
  double* seconds_ = nullptr;
};

// What a thread keeps from picture to picture.
struct PictureTools {
  explicit PictureTools(JpegDecoder decoder = JpegDecoder::kAuto) : jpeg(decoder) {}

  JpegReader jpeg;
  Resampler resampler;
  MatrixRows matrix_rows;
  TimedRows timed_rows;
  double* decode_seconds = nullptr;  // where the time for decoding windows is added; null: not measured

  // Memory for pixels that nobody else holds; what is in it is undefined. Kept, so that of the same size it is
  // allocated once.
  Image canvas(cv::Size size, int type);
  std::size_t scratch_bytes() const;

 private:
  std::array<Image, 2> canvases_;  // a step reads from one and writes into the other
};

// How many pictures were decoded which way.
struct DecodeCounts {
  std::int64_t windows = 0;          // JPEGs of which a window was decoded
  std::int64_t own_windows = 0;      // of these, by our own decoder alone
  std::int64_t indexed_windows = 0;  // of these, by a row index
  std::int64_t whole = 0;
};

struct OpenOptions {
  int channels = 3;                 // 3: RGB, 1: grey
  bool honour_orientation = false;  // turn pictures as their EXIF block says; torchvision does not
  std::size_t slack = 0;            // see JpegReader::open()
  DecodeLimits limits = {};
  std::span<const std::byte> row_index = {};  // see JpegReader::use_index(); may be empty
};

class Picture {
 public:
  // A picture of given pixels, RGB or grey, which are never written to. Without tools it makes its own when it needs
  // them.
  Picture(Image pixels);  // NOLINT(google-explicit-constructor): a picture is one
  Picture(Image pixels, PictureTools& tools);
  // An image file, of which only the header is read now. Bytes and tools must outlive the picture; one picture at a
  // time uses the tools. Throws DecodeError, as do all functions that may have to compute pixels.
  Picture(std::span<const std::byte> file, const OpenOptions& options, PictureTools& tools);

  cv::Size size() const { return kept_.size(); }
  int channels() const { return channels_; }

  void crop(const cv::Rect& window);  // inside the picture, not empty
  // The window may reach over the edges; what lies outside gets `fill` in every channel.
  void crop_with_border(const cv::Rect& window, std::uint8_t fill);
  void resize(cv::Size size, Filter filter);
  void mirror();

  // The pixels so far, computed if need be.
  const Image& pixels();
  // Goes on with other pixels.
  void replace(Image pixels);
  // Goes on with what `change(const Image& from, Image& to)` writes; `to` has the size and type of the pixels so far.
  template <class Change>
  void change_pixels(const Change& change) {
    const Image from = pixels();
    Image to = tools().canvas(from.size(), from.type());
    change(from, to);
    replace(std::move(to));
  }
  // Writes the pixels, rows without gaps: size().area() * channels() bytes. The last call: the file is done with.
  void write(std::uint8_t* out);

  const DecodeCounts& counts() const { return counts_; }

 private:
  PictureTools& tools();
  void open_jpeg(std::span<const std::byte> file, const OpenOptions& options);
  void start_over(Image pixels);
  bool is_plain() const;
  void compute(std::uint8_t* out, std::size_t step);
  RowSource& rows(const cv::Rect& window);
  RowSource& jpeg_rows(const cv::Rect& window);
  void copy_rows(std::uint8_t* out, std::size_t step);

  Image base_;       // empty while it is a JPEG that has not been decoded
  cv::Rect window_;  // of the base or file
  cv::Size scaled_;  // what the window is scaled to
  cv::Rect kept_;    // of the scaled picture, before mirroring
  PilKernel kernel_ = PilKernel::kBilinear;
  bool mirrored_ = false;
  int channels_ = 3;
  PictureTools* tools_ = nullptr;
  std::shared_ptr<PictureTools> own_tools_;  // of pictures that were given none
  DecodeCounts counts_;
};

}  // namespace topfive::image
