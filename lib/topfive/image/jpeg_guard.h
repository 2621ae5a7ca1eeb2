// Internal to the image room: how libjpeg's errors leave its C frames when it writes files.
#pragma once

#include <array>
#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>

namespace topfive::image {

// libjpeg reports errors by a callback that must not return: it jumps to `on_failure`, so a function that calls setjmp
// may hold no local with a destructor. Warnings end the work as well. Trivially destructible.
struct JpegGuard {
  jpeg_error_mgr manager;
  std::jmp_buf on_failure;
  std::array<char, JMSG_LENGTH_MAX> message;
};

[[noreturn]] inline void leave_libjpeg(j_common_ptr codec) {
  auto& guard = *static_cast<JpegGuard*>(codec->client_data);
  (*codec->err->format_message)(codec, guard.message.data());
  std::longjmp(guard.on_failure, 1);
}

// Hooks the guard into a compressor or decompressor that has not been created yet. The address must stay.
template <class Codec>
void install_guard(JpegGuard& guard, Codec& codec) {
  codec.err = jpeg_std_error(&guard.manager);
  guard.manager.error_exit = leave_libjpeg;
  guard.manager.emit_message = [](j_common_ptr info, int level) {
    if (level < 0) leave_libjpeg(info);
  };
  guard.manager.output_message = [](j_common_ptr) {};
  codec.client_data = &guard;
}

}  // namespace topfive::image
