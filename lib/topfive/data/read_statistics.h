// What the readers of a loader have done, for measurements and for the bound on memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace topfive::data {

// Seconds of one core; filled only where ReaderOptions::measure_stages asks for it, as clocks cost time themselves.
struct StageSeconds {
  double read = 0.0;      // bytes from the source
  double header = 0.0;    // of the file; all of it where it is decoded as a whole
  double augment = 0.0;   // drawing parameters, and transforms that change pixels
  double decode = 0.0;    // of windows
  double resample = 0.0;  // and writing into the batch

  double sum() const { return read + header + augment + decode + resample; }
};

struct ReadStatistics {
  std::int64_t pictures = 0;
  std::int64_t encoded_bytes = 0;
  std::int64_t windows_decoded = 0;  // JPEGs of which only the window was decoded
  std::int64_t own_windows = 0;      // of these, by our own decoder alone
  std::int64_t indexed_windows = 0;  // of these, by a row index
  std::int64_t whole_decoded = 0;
  std::size_t scratch_bytes = 0;  // the most that one reader has kept
  StageSeconds seconds;

  ReadStatistics& operator+=(const ReadStatistics& other) {
    pictures += other.pictures;
    encoded_bytes += other.encoded_bytes;
    windows_decoded += other.windows_decoded;
    own_windows += other.own_windows;
    indexed_windows += other.indexed_windows;
    whole_decoded += other.whole_decoded;
    scratch_bytes = std::max(scratch_bytes, other.scratch_bytes);
    seconds.read += other.seconds.read;
    seconds.header += other.seconds.header;
    seconds.augment += other.seconds.augment;
    seconds.decode += other.seconds.decode;
    seconds.resample += other.seconds.resample;
    return *this;
  }
};

}  // namespace topfive::data
