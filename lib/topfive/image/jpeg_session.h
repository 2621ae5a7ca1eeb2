// Internal to the JPEG files of this room: a libjpeg decompressor whose errors become DecodeErrors.
//
// libjpeg reports errors by a callback that must not return. It jumps back over C frames into the function that called
// setjmp last: guarded() below, whose locals and whose step's locals are trivially destructible, so that the jump skips
// no destructor.
#pragma once

#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <span>

#include <jpeglib.h>

#include "topfive/image/decode.h"
#include "topfive/image/jpeg_arena.h"

namespace topfive::image {

// One per thread; kept from picture to picture. Not movable: libjpeg keeps pointers into it.
class JpegSession : private JpegArena {
 public:
  JpegSession();
  ~JpegSession();
  JpegSession(const JpegSession&) = delete;
  JpegSession& operator=(const JpegSession&) = delete;

  // Reads the header. The bytes, and `slack` readable bytes behind them, must live until close(). Throws DecodeError,
  // also for what is above the limits.
  void open(std::span<const std::byte> bytes, std::size_t slack, const DecodeLimits& limits);
  // Forgets the picture; its memory is kept for the next one.
  void close();

  // Runs step(codec), which calls libjpeg. Throws DecodeError when libjpeg gives up, and on a warning that means
  // made-up pixels; the picture is closed then. Steps are functions without objects to destroy, called with one
  // argument.
  template <class Argument>
  void guarded(void (*step)(jpeg_decompress_struct&, Argument&), Argument& argument) {
    if (setjmp(on_failure_) == 0) {
      step(codec_, argument);
      return;
    }
    throw_failure();
  }

  const jpeg_decompress_struct& codec() const { return codec_; }
  std::size_t scratch_bytes() const { return bytes(); }

 private:
  [[noreturn]] static void fail(j_common_ptr codec);
  static void judge_warning(j_common_ptr codec, int level);
  static void limit_work(j_common_ptr codec);
  static JpegSession& of(j_common_ptr codec) {
    return static_cast<JpegSession&>(*static_cast<JpegArena*>(codec->client_data));
  }
  [[noreturn]] void throw_failure();
  void check_header() const;

  jpeg_decompress_struct codec_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf on_failure_;
  DecodeLimits limits_;
  const std::byte* end_ = nullptr;  // of the file; slack lies behind it
  BadPicture failure_kind_ = BadPicture::kDamaged;
  std::array<char, JMSG_LENGTH_MAX + 64> failure_{};
};

// Luma of 1x1, 2x1, 1x2 or 2x2 and chroma of 1x1, or one component. Windows of other samplings are wrong in some
// versions of libjpeg-turbo.
bool has_usual_sampling(const jpeg_decompress_struct& codec);

}  // namespace topfive::image
