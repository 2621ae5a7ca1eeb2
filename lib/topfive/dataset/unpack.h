// From archives to class folders.
//
// OUT/<split>/<class>/<file>, with the bytes that the data set holds. Each file is written under another name and
// renamed, so that none under its own name is in part; a file that is there with the right length counts as done, and
// an interrupted run goes on where it was. OUT/unpacked.json says which data set this is; a complete one is marked
// there after everything has been brought to the disk.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "topfive/base/error.h"
#include "topfive/data/data_config.h"

namespace topfive::dataset {

struct UnpackRequest {
  std::filesystem::path directory;
  data::DataConfig data;  // the type counts
  std::filesystem::path out;
  std::string split = "all";
  int threads = 0;
};

// kOk, or kStopped after a signal. UserErrors: kBadData for a picture that cannot be read and for samples that are no
// files, kCannotCreate where OUT holds something else, kIo, and what the source refuses.
base::ExitCode run_unpack(const UnpackRequest& request, std::ostream& out);

}  // namespace topfive::dataset
