#include "topfive/image/jpeg_decoder.h"

#include <array>
#include <csetjmp>
#include <cstdio>
#include <string>

#include <jpeglib.h>
// jerror.h needs the types of jpeglib.h.
#include <jerror.h>

#include "topfive/image/colour.h"

namespace topfive::image {
namespace {

// libjpeg reports errors by a callback that must not return. It jumps back over C frames into one
// of the two functions below that call setjmp; everything here and every local of those two is
// trivially destructible, so the jump skips no destructor.
struct Session {
  jpeg_decompress_struct codec;
  jpeg_error_mgr errors;
  jpeg_progress_mgr progress;
  std::jmp_buf on_failure;
  int max_scans;
  BadPicture kind;
  std::array<char, JMSG_LENGTH_MAX + 64> message;
};

Session& session_of(j_common_ptr codec) { return *static_cast<Session*>(codec->client_data); }

[[noreturn]] void fail(j_common_ptr codec) {
  Session& session = session_of(codec);
  std::array<char, JMSG_LENGTH_MAX> text{};
  (*codec->err->format_message)(codec, text.data());
  const bool truncated = codec->err->msg_code == JWRN_JPEG_EOF;
  session.kind = truncated ? BadPicture::kTruncated : BadPicture::kDamaged;
  std::snprintf(session.message.data(), session.message.size(), "%s JPEG: %s", truncated ? "truncated" : "invalid",
                text.data());
  std::longjmp(session.on_failure, 1);
}

// libjpeg goes on after a warning with made-up pixels; the first warning therefore ends the
// decoding.
void fail_on_warning(j_common_ptr codec, int level) {
  if (level < 0) fail(codec);
}

void ignore_message(j_common_ptr) {}

void limit_scans(j_common_ptr codec) {
  Session& session = session_of(codec);
  if (session.codec.input_scan_number <= session.max_scans) return;
  session.kind = BadPicture::kTooLarge;
  std::snprintf(session.message.data(), session.message.size(), "JPEG with more than %d scans", session.max_scans);
  std::longjmp(session.on_failure, 1);
}

// What the caller needs to know before it allocates the picture.
struct Header {
  int width;
  int height;
  int components;
};

bool read_header(Session& session, std::span<const std::byte> bytes, Header& header) {
  if (setjmp(session.on_failure) != 0) return false;
  jpeg_decompress_struct& codec = session.codec;
  jpeg_mem_src(&codec, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&codec, TRUE);
  header = {static_cast<int>(codec.image_width), static_cast<int>(codec.image_height), codec.num_components};
  return true;
}

bool read_pixels(Session& session, J_COLOR_SPACE space, unsigned char* pixels, std::size_t step) {
  if (setjmp(session.on_failure) != 0) return false;
  jpeg_decompress_struct& codec = session.codec;
  codec.out_color_space = space;
  codec.dct_method = JDCT_ISLOW;
  codec.do_fancy_upsampling = TRUE;
  jpeg_start_decompress(&codec);
  while (codec.output_scanline < codec.output_height) {
    JSAMPROW row = pixels + codec.output_scanline * step;
    jpeg_read_scanlines(&codec, &row, 1);
  }
  jpeg_finish_decompress(&codec);
  return true;
}

// Owns the decompressor. Not movable: libjpeg keeps pointers into it.
class Decompressor {
 public:
  explicit Decompressor(int max_scans) {
    session_.max_scans = max_scans;
    session_.codec.err = jpeg_std_error(&session_.errors);
    session_.errors.error_exit = fail;
    session_.errors.emit_message = fail_on_warning;
    session_.errors.output_message = ignore_message;
    session_.codec.client_data = &session_;
    if (!create(session_)) throw DecodeError(session_.kind, session_.message.data());
    session_.progress.progress_monitor = limit_scans;
    session_.codec.progress = &session_.progress;
  }
  ~Decompressor() { jpeg_destroy_decompress(&session_.codec); }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  Header header(std::span<const std::byte> bytes) {
    Header header{};
    if (!read_header(session_, bytes, header)) throw DecodeError(session_.kind, session_.message.data());
    return header;
  }
  void read(J_COLOR_SPACE space, Image& image) {
    if (!read_pixels(session_, space, image.data, image.step[0])) {
      throw DecodeError(session_.kind, session_.message.data());
    }
  }

 private:
  static bool create(Session& session) {
    if (setjmp(session.on_failure) != 0) return false;
    jpeg_create_decompress(&session.codec);
    return true;
  }

  Session session_{};
};

void check_header(const Header& header, const DecodeLimits& limits) {
  const std::int64_t pixels = std::int64_t{header.width} * header.height;
  if (pixels > limits.max_pixels) {
    throw DecodeError(BadPicture::kTooLarge, "JPEG of " + std::to_string(header.width) + "x" +
                                                 std::to_string(header.height) + " pixels; at most " +
                                                 std::to_string(limits.max_pixels) + " pixels are decoded");
  }
  if (header.components != 1 && header.components != 3 && header.components != 4) {
    throw DecodeError(BadPicture::kUnsupported, "JPEG with " + std::to_string(header.components) +
                                                    " colour components; 1, 3 and 4 are supported");
  }
}

}  // namespace

Image decode_jpeg(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  Decompressor decompressor(limits.max_scans);
  const Header header = decompressor.header(bytes);
  check_header(header, limits);
  Image image(header.height, header.width, CV_8UC(header.components));
  switch (header.components) {
    case 1:
      decompressor.read(JCS_GRAYSCALE, image);
      return image;
    case 3:
      decompressor.read(JCS_RGB, image);
      return image;
    default:
      decompressor.read(JCS_CMYK, image);
      return inverted_cmyk_to_rgb(image);
  }
}

}  // namespace topfive::image
