#include "topfive/image/picture.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstring>
#include <utility>

#include "topfive/image/colour.h"
#include "topfive/image/crop.h"
#include "topfive/image/exif.h"
#include "topfive/image/probe.h"

namespace topfive::image {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

cv::Rect whole(cv::Size size) { return {cv::Point(), size}; }

bool is_pil(Filter filter) { return filter == Filter::kPilBilinear || filter == Filter::kPilBicubic; }

// Counted by OpenCV; another thread may be about to let go of a picture.
bool is_shared(const Image& image) { return image.u != nullptr && CV_XADD(&image.u->refcount, 0) > 1; }

void reverse_pixels(const std::uint8_t* row, int pixels, int channels, std::uint8_t* out) {
  for (int x = 0; x < pixels; ++x) {
    std::memcpy(out + std::ptrdiff_t{x} * channels, row + std::ptrdiff_t{pixels - 1 - x} * channels,
                static_cast<std::size_t>(channels));
  }
}

}  // namespace

const std::uint8_t* TimedRows::next_row() {
  const auto start = Clock::now();
  const std::uint8_t* row = source_->next_row();
  *seconds_ += seconds_since(start);
  return row;
}

Image PictureTools::canvas(cv::Size size, int type) {
  // A rare huge picture must not pin its memory in every thread that met one.
  constexpr std::size_t kMostKeptBytes = std::size_t{1} << 20;
  const std::size_t bytes = static_cast<std::size_t>(size.area()) * CV_ELEM_SIZE(type);
  if (bytes > kMostKeptBytes) return {size, type};
  for (Image& canvas : canvases_) {
    if (is_shared(canvas)) continue;
    canvas.create(size, type);
    return canvas;
  }
  return {size, type};
}

std::size_t PictureTools::scratch_bytes() const {
  std::size_t bytes = jpeg.scratch_bytes() + resampler.scratch_bytes();
  for (const Image& canvas : canvases_) bytes += canvas.total() * canvas.elemSize();
  return bytes;
}

Picture::Picture(Image pixels) { start_over(std::move(pixels)); }

Picture::Picture(Image pixels, PictureTools& tools) : tools_(&tools) { start_over(std::move(pixels)); }

Picture::Picture(std::span<const std::byte> file, const OpenOptions& options, PictureTools& tools)
    : channels_(options.channels), tools_(&tools) {
  const int orientation = options.honour_orientation ? probe(file, options.limits).orientation : 1;
  if (sniff_format(file) == Format::kJpeg && orientation == 1) {
    open_jpeg(file, options);
    return;
  }
  ++counts_.whole;
  start_over(apply_orientation(decode(file, channels_, options.limits), orientation));
}

void Picture::open_jpeg(std::span<const std::byte> file, const OpenOptions& options) {
  JpegReader& jpeg = tools_->jpeg;
  jpeg.open(file, options.slack, options.limits);
  jpeg.use_index(options.row_index);
  if (jpeg.reads_windows(channels_)) {
    scaled_ = jpeg.size();
    window_ = kept_ = whole(scaled_);
    return;
  }
  ++counts_.whole;
  start_over(with_channels(jpeg.read_whole(), channels_));
}

PictureTools& Picture::tools() {
  if (tools_ == nullptr) {
    own_tools_ = std::make_shared<PictureTools>();
    tools_ = own_tools_.get();
  }
  return *tools_;
}

void Picture::start_over(Image pixels) {
  base_ = std::move(pixels);
  channels_ = base_.channels();
  scaled_ = base_.size();
  window_ = kept_ = whole(scaled_);
  mirrored_ = false;
}

void Picture::crop(const cv::Rect& window) {
  assert(!window.empty() && (window & whole(size())) == window);
  const int left = mirrored_ ? kept_.width - window.x - window.width : window.x;
  kept_ = cv::Rect(kept_.x + left, kept_.y + window.y, window.width, window.height);
}

void Picture::crop_with_border(const cv::Rect& window, std::uint8_t fill) {
  if ((window & whole(size())) == window) {
    crop(window);
  } else {
    start_over(image::crop_with_border(pixels(), window, fill));
  }
}

void Picture::resize(cv::Size size, Filter filter) {
  if (size == this->size()) return;
  // Mirroring and resampling may only change places where Pillow's rounding lets them, so they never do.
  if (!is_pil(filter) || mirrored_ || scaled_ != window_.size()) {
    start_over(image::resize(pixels(), size, filter));
    return;
  }
  // Nothing was scaled yet, so what was kept is the window that is.
  window_ = cv::Rect(window_.tl() + kept_.tl(), kept_.size());
  scaled_ = size;
  kept_ = whole(size);
  kernel_ = filter == Filter::kPilBicubic ? PilKernel::kBicubic : PilKernel::kBilinear;
}

void Picture::mirror() { mirrored_ = !mirrored_; }

bool Picture::is_plain() const { return !base_.empty() && !mirrored_ && scaled_ == window_.size(); }

const Image& Picture::pixels() {
  if (is_plain()) {
    if (kept_.size() != base_.size()) start_over(base_(kept_ + window_.tl()));
    return base_;
  }
  Image pixels = tools().canvas(size(), CV_8UC(channels_));
  compute(pixels.data, pixels.step[0]);
  start_over(std::move(pixels));
  return base_;
}

void Picture::replace(Image pixels) { start_over(std::move(pixels)); }

void Picture::write(std::uint8_t* out) {
  if (is_plain()) {
    Image target(size(), base_.type(), out);
    base_(kept_ + window_.tl()).copyTo(target);
  } else {
    compute(out, static_cast<std::size_t>(size().width) * static_cast<std::size_t>(channels_));
  }
}

void Picture::compute(std::uint8_t* out, std::size_t step) {
  if (scaled_ == window_.size()) {
    copy_rows(out, step);
  } else {
    Resampler& resampler = tools().resampler;
    const cv::Rect needed = resampler.prepare({window_.size(), scaled_, kept_, kernel_, channels_, mirrored_});
    resampler.run(rows(needed + window_.tl()), out, step);
  }
  if (!base_.empty()) return;
  counts_.own_windows += tools_->jpeg.all_rows_own() ? 1 : 0;
  counts_.indexed_windows += tools_->jpeg.all_rows_indexed() ? 1 : 0;
  tools_->jpeg.close();
}

RowSource& Picture::jpeg_rows(const cv::Rect& window) {
  ++counts_.windows;
  if (tools_->decode_seconds == nullptr) {
    tools_->jpeg.begin(window, channels_);
    return tools_->jpeg;
  }
  const auto start = Clock::now();
  tools_->jpeg.begin(window, channels_);
  *tools_->decode_seconds += seconds_since(start);
  tools_->timed_rows.begin(tools_->jpeg, *tools_->decode_seconds);
  return tools_->timed_rows;
}

RowSource& Picture::rows(const cv::Rect& window) {
  if (base_.empty()) return jpeg_rows(window);
  tools().matrix_rows.begin(base_, window);
  return tools_->matrix_rows;
}

void Picture::copy_rows(std::uint8_t* out, std::size_t step) {
  const auto bytes = static_cast<std::size_t>(kept_.width) * static_cast<std::size_t>(channels_);
  RowSource& source = rows(kept_ + window_.tl());
  for (int y = 0; y < kept_.height; ++y, out += step) {
    const std::uint8_t* row = source.next_row();
    if (mirrored_) {
      reverse_pixels(row, kept_.width, channels_, out);
    } else {
      std::memcpy(out, row, bytes);
    }
  }
}

}  // namespace topfive::image
