// The row indexes of a data set (see row_index_file.h): made of each picture's bytes, by as many threads as there are.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "topfive/base/error.h"
#include "topfive/data/data_config.h"
#include "topfive/data/row_index_store.h"

namespace topfive::dataset {

struct IndexRequest {
  std::filesystem::path directory;
  data::DataConfig data;           // the type counts
  std::string split = "all";       // train, val or all
  int step = data::kRowIndexStep;  // 0: only where rows begin
  int threads = 0;
};

// Writes DIR/train.rows and DIR/val.rows, or files in the cache where DIR cannot be written. What an older file says of
// the same bytes with the same step is taken over. kOk; kStopped after a signal, and the split in work is then as it
// was. UserErrors: kCannotCreate, kIo, and what the source refuses.
base::ExitCode run_index(const IndexRequest& request, std::ostream& out);

}  // namespace topfive::dataset
