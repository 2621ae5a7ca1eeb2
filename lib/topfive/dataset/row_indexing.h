// The row indexes of a data set (see row_index_file.h): made of each picture's bytes, by as many threads as there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "topfive/base/error.h"
#include "topfive/data/data_config.h"
#include "topfive/image/jpeg_reader.h"

namespace topfive::dataset {

// Units of a row from one place to the next: a few hundred bytes for a picture of ImageNet.
inline constexpr int kRowIndexStep = 8;

// The index of one picture; empty where our own decoder does not read it, or where it is damaged. `slack` as for
// image::JpegReader::open(). Never throws for the content.
std::vector<std::byte> row_index_of(image::JpegReader& reader, std::span<const std::byte> bytes, std::size_t slack,
                                    int step);

struct IndexRequest {
  std::filesystem::path directory;
  data::DataConfig data;      // the type counts
  std::string split = "all";  // train, val or all
  int step = kRowIndexStep;   // 0: only where rows begin
  int threads = 0;
};

// Writes DIR/train.rows and DIR/val.rows, or files in the cache where DIR cannot be written. What an older file says of
// the same bytes with the same step is taken over. kOk; kStopped after a signal, and the split in work is then as it
// was. UserErrors: kCannotCreate, kIo, and what the source refuses.
base::ExitCode run_index(const IndexRequest& request, std::ostream& out);

}  // namespace topfive::dataset
