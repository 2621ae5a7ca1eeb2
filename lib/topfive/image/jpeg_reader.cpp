#include "topfive/image/jpeg_reader.h"

#include <algorithm>
#include <cassert>

#include "topfive/image/colour.h"
#include "topfive/image/jpeg/window_decoder.h"
#include "topfive/image/jpeg_session.h"

namespace topfive::image {
namespace {

// Bytes at the end among which the end marker is looked for: some cameras pad their files.
constexpr std::size_t kTail = 64;

bool ends_with_marker(std::span<const std::byte> bytes) {
  const auto tail = bytes.last(std::min(bytes.size(), kTail));
  for (std::size_t i = tail.size(); i > 1; --i) {
    if (tail[i - 2] == std::byte{0xff} && tail[i - 1] == std::byte{0xd9}) return true;
  }
  return false;
}

// Where libjpeg begins, and what of its rows is wanted. JDIMENSION as libjpeg changes the columns.
struct WindowRead {
  J_COLOR_SPACE space;
  JDIMENSION first_column;  // asked for; afterwards: what libjpeg gives, at a block's edge
  JDIMENSION columns;
  JDIMENSION first_row;
};

// libjpeg upsamples a few columns by another rule than many, so it is never asked for less than kFewest of them.
WindowRead columns_with_margin(const cv::Rect& window, int width) {
  constexpr int kFewest = 16;
  const int right = std::min(std::max(window.x + window.width + 1, kFewest), width);
  const int left = std::max(std::min(window.x - 1, right - kFewest), 0);
  return {JCS_RGB, static_cast<JDIMENSION>(left), static_cast<JDIMENSION>(right - left),
          static_cast<JDIMENSION>(window.y)};
}

void start(jpeg_decompress_struct& codec, J_COLOR_SPACE space) {
  codec.out_color_space = space;
  codec.dct_method = JDCT_ISLOW;
  codec.do_fancy_upsampling = TRUE;
  jpeg_start_decompress(&codec);
}

// Whether libjpeg will smooth over the edges of blocks, as it does where scans that refine the coefficients are
// missing. Which pixels it changes then depends on what is cropped.
bool lacks_refinement(const jpeg_decompress_struct& codec) {
  if (codec.coef_bits == nullptr) return false;
  for (int component = 0; component < codec.num_components; ++component) {
    for (int k = 0; k < DCTSIZE2; ++k) {
      if (codec.coef_bits[component][k] != 0) return true;
    }
  }
  return false;
}

void begin_window(jpeg_decompress_struct& codec, WindowRead& window) {
  start(codec, window.space);
  if (lacks_refinement(codec)) {
    window.first_column = 0;
    window.columns = codec.output_width;
  }
  if (window.columns < codec.output_width) jpeg_crop_scanline(&codec, &window.first_column, &window.columns);
  if (window.first_row > 0) jpeg_skip_scanlines(&codec, window.first_row);
}

void read_row(jpeg_decompress_struct& codec, std::uint8_t*& row) {
  JSAMPROW rows = row;
  jpeg_read_scanlines(&codec, &rows, 1);
}

struct WholeRead {
  J_COLOR_SPACE space;
  std::uint8_t* pixels;
  std::size_t step;
};

void read_all(jpeg_decompress_struct& codec, WholeRead& whole) {
  start(codec, whole.space);
  while (codec.output_scanline < codec.output_height) {
    JSAMPROW row = whole.pixels + codec.output_scanline * whole.step;
    jpeg_read_scanlines(&codec, &row, 1);
  }
  jpeg_finish_decompress(&codec);
}

J_COLOR_SPACE space_of(int components) {
  return components == 1 ? JCS_GRAYSCALE : components == 3 ? JCS_RGB : JCS_CMYK;
}

}  // namespace

JpegReader::JpegReader(JpegDecoder decoder, const jpeg::Kernels& kernels)
    : session_(std::make_unique<JpegSession>()),
      own_(decoder == JpegDecoder::kAuto ? std::make_unique<jpeg::WindowDecoder>(kernels) : nullptr) {}

JpegReader::JpegReader(JpegDecoder decoder) : JpegReader(decoder, jpeg::fastest_kernels()) {}

JpegReader::~JpegReader() = default;

void JpegReader::open(std::span<const std::byte> bytes, std::size_t slack, const DecodeLimits& limits) {
  has_end_marker_ = ends_with_marker(bytes);
  bytes_ = bytes;
  index_ = {};
  limits_ = limits;
  // Without the marker the slack would hide that the file is not whole.
  slack_ = has_end_marker_ ? slack : 0;
  session_->open(bytes, slack_, limits);
}

cv::Size JpegReader::size() const {
  return {static_cast<int>(session_->codec().image_width), static_cast<int>(session_->codec().image_height)};
}

int JpegReader::components() const { return session_->codec().num_components; }

bool JpegReader::reads_windows(int channels) const {
  const int components = this->components();
  // Grey of a colour file is computed from RGB, as Pillow does, and not taken from its luma.
  return has_end_marker_ && (components == 1 || (components == 3 && channels == 3)) &&
         has_usual_sampling(session_->codec());
}

void JpegReader::begin(const cv::Rect& window, int channels) {
  assert(reads_windows(channels) && !window.empty() && (window & cv::Rect(cv::Point(), size())) == window);
  window_ = window;
  channels_ = channels;
  next_y_ = window.y;
  own_rows_ = begin_own();
  if (!own_rows_) begin_libjpeg(window.y);
}

bool JpegReader::reads_own() const { return own_ != nullptr && jpeg::WindowDecoder::supports(session_->codec()); }

std::span<const std::uint8_t> JpegReader::scan() const {
  const jpeg_source_mgr& source = *session_->codec().src;
  return {source.next_input_byte, source.bytes_in_buffer};
}

bool JpegReader::begin_own() {
  return reads_own() && own_->begin(session_->codec(), scan(), window_, channels_, index_);
}

bool JpegReader::all_rows_indexed() const { return own_rows_ && own_->indexed(); }

std::vector<std::byte> JpegReader::make_index(int step) {
  if (!has_end_marker_ || !reads_own()) return {};
  return own_->make_index(session_->codec(), scan(), step);
}

void JpegReader::begin_libjpeg(int y) {
  const cv::Rect window(window_.x, y, window_.width, window_.y + window_.height - y);
  WindowRead read = columns_with_margin(window, size().width);
  read.space = channels_ == 3 ? JCS_RGB : JCS_GRAYSCALE;
  session_->guarded(begin_window, read);
  const auto pixel = static_cast<std::size_t>(channels_);
  const std::size_t dropped = static_cast<std::size_t>(window.x) - read.first_column;
  margin_bytes_ = dropped * pixel;
  row_.resize(session_->codec().output_width * pixel + kRowPadding);
}

const std::uint8_t* JpegReader::next_row() {
  if (own_rows_) {
    if (const std::uint8_t* row = own_->next_row()) {
      ++next_y_;
      return row;
    }
    own_rows_ = false;
    begin_libjpeg(next_y_);
  }
  std::uint8_t* row = row_.data();
  session_->guarded(read_row, row);
  return row_.data() + margin_bytes_;
}

void JpegReader::close() {
  index_ = {};
  session_->close();
}

Image JpegReader::read_whole() {
  if (slack_ > 0) {  // here the end marker itself has to be met
    session_->close();
    session_->open(bytes_, 0, limits_);
  }
  const cv::Size size = this->size();
  const int components = this->components();
  Image image(size, CV_8UC(components));
  WholeRead whole{space_of(components), image.data, image.step[0]};
  session_->guarded(read_all, whole);
  return components == 4 ? inverted_cmyk_to_rgb(image) : image;
}

std::size_t JpegReader::scratch_bytes() const {
  return session_->scratch_bytes() + row_.capacity() + (own_ ? own_->scratch_bytes() : 0);
}

}  // namespace topfive::image
