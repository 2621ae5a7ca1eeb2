// Pictures that are files of their own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <vector>

#include "topfive/data/sample_source.h"

namespace topfive::data {

// Whether the name ends with .jpeg, .jpg or .png, in any case.
bool is_picture_name(std::string_view name);

// The whole file, with end markers behind it (see RawSample::slack). Throws SampleError where it cannot be read, is
// empty, or has more than kMaxRecordBytes.
RawSample read_picture_file(const std::filesystem::path& path, std::vector<std::byte>& buffer);

// Asks the system to fetch the file; silent where that cannot be done.
void will_need_picture_file(const std::filesystem::path& path);

}  // namespace topfive::data
