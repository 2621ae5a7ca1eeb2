// From any kind of data set to WebDataset shards, which Python's webdataset and DALI read as well.
//
// OUT/train-000000.tar, ... and val-...: the samples of a split in one seeded random order, each as key.jpg (or
// key.png) and key.cls. JPEG bytes stay what they are unless the request says otherwise. Beside them: classes.txt, the
// names of the classes in label order; DALI's index of each shard; the row indexes of each split (see row_index_file.h)
// unless they are not wanted; our own index of each split (see sample_index.h), written last; pack.json, which says how
// all this was made.
//
// The bytes depend on the data and the settings alone, not on threads, time or machine. An interrupted packing goes on
// where it was when it is called again with the same settings. No file has a shard's final name before it is whole and
// on the disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>

#include "topfive/base/error.h"
#include "topfive/data/data_config.h"
#include "topfive/dataset/packed_picture.h"

namespace topfive::dataset {

struct PackRequest {
  std::filesystem::path directory;
  data::DataConfig data;  // the type counts
  std::filesystem::path out;
  std::string split = "all";    // train, val or all
  std::int64_t shard_mb = 512;  // MiB, the most that a shard has, unless one picture is larger
  std::uint64_t seed = 1;       // of the order
  PictureRewrite rewrite;
  bool row_indexes = true;
  bool skip_bad = false;  // leave out pictures that cannot be used, and list them; otherwise the first one ends it
  int threads = 0;
};

// kOk, also where all is there already; kStopped after a signal. UserErrors: kBadData for a picture that cannot be
// used, kCannotCreate, kIo, and what the source refuses.
base::ExitCode run_pack(const PackRequest& request, std::ostream& out);

}  // namespace topfive::dataset
