// Our own decoder of JPEG windows, by every instruction set that this processor has, against libjpeg-turbo alone: for
// sound files and for any other bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "topfive/image/jpeg_reader.h"

namespace topfive::test {

// All that this processor runs, the plain ones first.
std::vector<const image::jpeg::Kernels*> kernels_here();

// What is asked of a file, in parts of it: a file that was damaged may have any size.
struct JpegRequest {
  std::uint32_t left = 0;  // parts of 65536
  std::uint32_t top = 0;
  std::uint32_t width = 65535;
  std::uint32_t height = 65535;
  int channels = 3;
  bool whole = false;        // by read_whole(), with what follows the picture
  std::size_t slack = 0;     // end markers that are readable behind the file
  int index_step = 0;        // of the index that the file is read by as well
  std::uint32_t damage = 0;  // what becomes of that index, when it is damaged

  // Every choice of the bits makes a request.
  explicit JpegRequest(std::uint32_t choice);
  cv::Rect window_of(const cv::Size& size) const;
};

// What a reader made of it.
struct JpegAnswer {
  std::string header;                // what the file claims to be, or nothing where opening failed
  std::vector<std::uint8_t> pixels;  // of the rows before the error, if there was one
  int rows = 0;
  std::string error;  // the text of the DecodeError
  bool own_rows = false;
};

// What makes the second answer another one than the first; nothing where they agree. Rows count up to the one at which
// the first of both stopped, but an error has to come in both.
std::string difference(const JpegAnswer& expected, const JpegAnswer& found);

// Readers are kept from file to file, so that what one file leaves behind is seen in the next.
class JpegDifferential {
 public:
  JpegDifferential();

  // The kernels and what they did otherwise; nothing where all agree. Each reads the file without an index, by its own
  // index where it has one, and by a damaged index, of which any pixels may come, but no more than that.
  std::string check(std::span<const std::byte> file, const JpegRequest& request);

  // Of the checks so far.
  struct Counts {
    std::int64_t files = 0;
    std::int64_t headers = 0;   // that libjpeg read
    std::int64_t pictures = 0;  // without an error
    std::int64_t errors = 0;
    std::int64_t own = 0;                        // all of whose rows our decoder made, by the first of the kernels
    std::int64_t handed_over = 0;                // of which libjpeg made some or all
    std::int64_t indexed = 0;                    // that were read by an index too
    std::int64_t rows_before_errors_differ = 0;  // where the same error came at another row
  };
  const Counts& counts() const { return counts_; }
  // The most that a reader holds.
  std::size_t scratch_bytes() const;

 private:
  std::string check_indexed(std::span<const std::byte> file, const JpegRequest& request, const JpegAnswer& expected);

  std::unique_ptr<image::JpegReader> libjpeg_;
  std::vector<const image::jpeg::Kernels*> kernels_;
  std::vector<std::unique_ptr<image::JpegReader>> own_;
  std::vector<std::byte> last_index_;  // of a file before: it fits no other
  std::vector<std::byte> copy_;        // no byte longer than the file and its slack, so that sanitizers see its end
  Counts counts_;
};

}  // namespace topfive::test
