#include "topfive/data/picture_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include <fcntl.h>

#include "topfive/base/error.h"
#include "topfive/base/file_descriptor.h"
#include "topfive/base/files.h"
#include "topfive/data/printable.h"
#include "topfive/data/record_file.h"

namespace topfive::data {

bool is_picture_name(std::string_view name) {
  static constexpr std::array<std::string_view, 3> kExtensions = {".jpeg", ".jpg", ".png"};
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string extension(name.substr(dot));
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

PicturePath& PicturePath::operator/=(std::string_view part) {
  if (part.starts_with('/')) length_ = 0;
  const bool separator = length_ > 0 && text_[length_ - 1] != '/';
  if (part.size() + 2 > text_.size() - length_) throw SampleError("its path is too long");
  if (separator) text_[length_++] = '/';
  std::copy(part.begin(), part.end(), text_.begin() + static_cast<std::ptrdiff_t>(length_));
  length_ += part.size();
  text_[length_] = '\0';
  return *this;
}

RawSample read_picture_file(const PicturePath& path, std::vector<std::byte>& buffer) {
  try {
    base::read_binary_file(path.c_str(), kMaxRecordBytes, buffer);
  } catch (const base::UserError& error) {
    throw SampleError(printable(error.what()));
  }
  if (buffer.empty()) throw SampleError("the file is empty");
  return with_slack(buffer, buffer.size());
}

// The pages stay when the file is closed again; only the descriptor goes.
void will_need_picture_file(const PicturePath& path) {
  const base::FileDescriptor file(base::open_file(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY));
  if (file.is_open()) ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_WILLNEED);
}

}  // namespace topfive::data
