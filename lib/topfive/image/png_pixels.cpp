#include "topfive/image/png_pixels.h"

#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <png.h>

#include "topfive/image/decode.h"

namespace topfive::image {
namespace {

// libpng reports errors by a callback that must not return. It jumps back over C frames into read_image(), whose locals
// are trivially destructible, so that the jump skips no destructor.
struct Session {
  std::span<const std::byte> rest;
  std::jmp_buf on_failure;
  std::array<char, 128> failure;
};

[[noreturn]] void fail(png_structp codec, png_const_charp message) {
  auto& session = *static_cast<Session*>(png_get_error_ptr(codec));
  std::snprintf(session.failure.data(), session.failure.size(), "%s", message);
  std::longjmp(session.on_failure, 1);
}

void ignore_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp codec, png_bytep out, std::size_t count) {
  auto& session = *static_cast<Session*>(png_get_io_ptr(codec));
  if (count > session.rest.size()) png_error(codec, "the pixel data end early");
  std::memcpy(out, session.rest.data(), count);
  session.rest = session.rest.subspan(count);
}

// Eight bits, three channels, whatever the file has.
void ask_for_rgb(png_structp codec) {
  png_set_palette_to_rgb(codec);
  png_set_expand_gray_1_2_4_to_8(codec);
  png_set_strip_16(codec);
  png_set_strip_alpha(codec);
  png_set_gray_to_rgb(codec);
  png_set_interlace_handling(codec);
}

bool read_image(Session& session, png_structp codec, png_infop info, png_bytepp rows, std::size_t row_bytes) {
  if (setjmp(session.on_failure) != 0) return false;
  png_set_read_fn(codec, &session, read_bytes);
  png_read_info(codec, info);
  ask_for_rgb(codec);
  png_read_update_info(codec, info);
  if (png_get_rowbytes(codec, info) != row_bytes) png_error(codec, "rows of another length than the header says");
  png_read_image(codec, rows);
  png_read_end(codec, nullptr);
  return true;
}

// Owns libpng's two structures.
class Codec {
 public:
  explicit Codec(Session& session)
      : codec_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &session, fail, ignore_warning)),
        info_(codec_ == nullptr ? nullptr : png_create_info_struct(codec_)) {}
  ~Codec() { png_destroy_read_struct(&codec_, &info_, nullptr); }
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  bool is_open() const { return info_ != nullptr; }
  png_structp codec() const { return codec_; }
  png_infop info() const { return info_; }

 private:
  png_structp codec_;
  png_infop info_;
};

}  // namespace

Image decode_png_pixels(std::span<const std::byte> file, cv::Size size) {
  Image image(size, CV_8UC3);
  std::vector<png_bytep> rows(static_cast<std::size_t>(size.height));
  for (int y = 0; y < size.height; ++y) rows[static_cast<std::size_t>(y)] = image.ptr(y);
  Session session{file, {}, {}};
  const Codec codec(session);
  if (!codec.is_open()) throw std::bad_alloc();
  if (!read_image(session, codec.codec(), codec.info(), rows.data(), image.step[0])) {
    throw DecodeError(BadPicture::kDamaged,
                      std::string("invalid PNG: corrupt pixel data (") + session.failure.data() + ")");
  }
  return image;
}

}  // namespace topfive::image
