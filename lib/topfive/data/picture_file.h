// Pictures that are files of their own.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "topfive/data/sample_source.h"

namespace topfive::data {

// Whether the name ends with .jpeg, .jpg or .png, in any case.
bool is_picture_name(std::string_view name);

// A path put together without asking for memory: a thread opens a thousand pictures a second.
class PicturePath {
 public:
  PicturePath() = default;
  explicit PicturePath(std::string_view whole) { *this /= whole; }
  // Puts a '/' between; an absolute part replaces what was there. Throws SampleError for a path longer than the system
  // takes.
  PicturePath& operator/=(std::string_view part);
  const char* c_str() const { return text_.data(); }

 private:
  std::array<char, 4096> text_{};
  std::size_t length_ = 0;
};

// The whole file, with end markers behind it (see RawSample::slack). Throws SampleError where it cannot be read, is
// empty, or has more than kMaxRecordBytes.
RawSample read_picture_file(const PicturePath& path, std::vector<std::byte>& buffer);

// Asks the system to fetch the file; silent where that cannot be done.
void will_need_picture_file(const PicturePath& path);

}  // namespace topfive::data
