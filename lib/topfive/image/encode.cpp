#include "topfive/image/encode.h"

#include <cassert>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

#include <png.h>

#include "topfive/image/decode.h"
#include "topfive/image/jpeg_guard.h"

namespace topfive::image {
namespace {

// libjpeg's own buffer, which it grows by malloc.
struct MallocBuffer {
  unsigned char* data = nullptr;
  unsigned long size = 0;
  MallocBuffer() = default;
  MallocBuffer(const MallocBuffer&) = delete;
  MallocBuffer& operator=(const MallocBuffer&) = delete;
  ~MallocBuffer() { std::free(data); }
  std::vector<std::byte> bytes() const {
    const auto* start = reinterpret_cast<const std::byte*>(data);
    return {start, start + size};
  }
};

// Owns a compressor or decompressor. Not movable: libjpeg keeps pointers into it.
template <class Codec>
struct GuardedCodec {
  JpegGuard guard{};
  Codec codec{};
  GuardedCodec() { install_guard(guard, codec); }
  GuardedCodec(const GuardedCodec&) = delete;
  GuardedCodec& operator=(const GuardedCodec&) = delete;
  ~GuardedCodec() { jpeg_destroy(reinterpret_cast<j_common_ptr>(&codec)); }
};
using JpegWriter = GuardedCodec<jpeg_compress_struct>;
using JpegSource = GuardedCodec<jpeg_decompress_struct>;

struct JpegInput {
  const unsigned char* pixels;
  std::size_t step;
  int width;
  int height;
  int channels;
  int quality;
};

bool write_pixels(JpegWriter& compressor, const JpegInput& input, MallocBuffer& buffer) {
  if (setjmp(compressor.guard.on_failure) != 0) return false;
  jpeg_compress_struct& codec = compressor.codec;
  jpeg_create_compress(&codec);
  jpeg_mem_dest(&codec, &buffer.data, &buffer.size);
  codec.image_width = static_cast<JDIMENSION>(input.width);
  codec.image_height = static_cast<JDIMENSION>(input.height);
  codec.input_components = input.channels;
  codec.in_color_space = input.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, input.quality, TRUE);
  codec.dct_method = JDCT_ISLOW;
  codec.optimize_coding = TRUE;
  jpeg_start_compress(&codec, TRUE);
  while (codec.next_scanline < codec.image_height) {
    JSAMPROW row = const_cast<unsigned char*>(input.pixels + codec.next_scanline * input.step);
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  return true;
}

jvirt_barray_ptr* read_coefficients(JpegSource& source, std::span<const std::byte> jpeg) {
  if (setjmp(source.guard.on_failure) != 0) return nullptr;
  jpeg_create_decompress(&source.codec);
  jpeg_mem_src(&source.codec, reinterpret_cast<const unsigned char*>(jpeg.data()), jpeg.size());
  jpeg_read_header(&source.codec, TRUE);
  return jpeg_read_coefficients(&source.codec);
}

// An error while the arrays of `source` are read jumps out of its own guard, hence the second one.
bool write_coefficients(JpegWriter& target, JpegSource& source, jvirt_barray_ptr* coefficients, MallocBuffer& buffer) {
  if (setjmp(target.guard.on_failure) != 0 || setjmp(source.guard.on_failure) != 0) return false;
  jpeg_create_compress(&target.codec);
  jpeg_mem_dest(&target.codec, &buffer.data, &buffer.size);
  jpeg_copy_critical_parameters(&source.codec, &target.codec);
  // Without Adobe's marker some readers take the inks of CMYK as inverted and some do not; it must not appear anew.
  if (source.codec.num_components == 4) target.codec.write_Adobe_marker = source.codec.saw_Adobe_marker;
  target.codec.optimize_coding = TRUE;
  jpeg_write_coefficients(&target.codec, coefficients);
  jpeg_finish_compress(&target.codec);
  return true;
}

}  // namespace

// libpng and not OpenCV, whose first encoding looks for all codecs of the system, locks taken in changing order.
std::vector<std::byte> encode_png(const Image& image) {
  assert(image.type() == CV_8UC1 || image.type() == CV_8UC3);
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.cols);
  header.height = static_cast<png_uint_32>(image.rows);
  header.format = image.channels() == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  const auto step = static_cast<png_int_32>(image.step[0]);
  // The first call says how many bytes it takes.
  std::vector<std::byte> file;
  png_alloc_size_t size = 0;
  for (const bool is_sized : {false, true}) {
    void* memory = is_sized ? file.data() : nullptr;
    if (png_image_write_to_memory(&header, memory, &size, 0, image.data, step, nullptr) == 0) {
      throw std::runtime_error(std::string("libpng cannot encode the picture: ") + header.message);
    }
    file.resize(size);
  }
  return file;
}

std::vector<std::byte> encode_jpeg(const Image& image, int quality) {
  assert(image.type() == CV_8UC1 || image.type() == CV_8UC3);
  const JpegInput input = {image.data, image.step[0], image.cols, image.rows, image.channels(), quality};
  const auto compressor = std::make_unique<JpegWriter>();
  MallocBuffer buffer;
  if (!write_pixels(*compressor, input, buffer)) {
    throw std::runtime_error(std::string("libjpeg cannot encode the picture: ") + compressor->guard.message.data());
  }
  return buffer.bytes();
}

std::vector<std::byte> transcode_jpeg(std::span<const std::byte> jpeg) {
  const auto source = std::make_unique<JpegSource>();
  jvirt_barray_ptr* coefficients = read_coefficients(*source, jpeg);
  if (coefficients == nullptr) throw DecodeError(BadPicture::kDamaged, source->guard.message.data());
  const auto target = std::make_unique<JpegWriter>();
  MallocBuffer buffer;
  if (!write_coefficients(*target, *source, coefficients, buffer)) {
    throw DecodeError(BadPicture::kDamaged, std::string("the JPEG cannot be written anew: ") +
                                                target->guard.message.data() + source->guard.message.data());
  }
  return buffer.bytes();
}

}  // namespace topfive::image
