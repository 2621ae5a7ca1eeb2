// The doctor: one pass over a data set that finds what would make a training or an evaluation stop, or wrong.
//
// Nothing of the data set is changed. Every picture is decoded to its last byte. Memory: about 100 bytes a picture for
// names and checksums, and one picture a thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "topfive/base/error.h"
#include "topfive/dataset/duplicates.h"
#include "topfive/dataset/finding.h"
#include "topfive/dataset/tree_scan.h"

namespace topfive::dataset {

struct VerifyRequest {
  std::filesystem::path directory;
  std::string type = "auto";   // a recipe's data.type
  std::string split = "all";   // train, val or all
  int threads = 0;             // 0: as many as the process may use cores
  std::filesystem::path json;  // write the report into this file as well
  std::filesystem::path fix;   // build a clean tree of links here; see link_tree.h
};

struct SplitReport {
  data::Split split = data::Split::kTrain;
  std::int64_t pictures = 0;
  std::int64_t usable = 0;
  std::uint64_t bytes = 0;
  std::int64_t classes = 0;
  std::int64_t smallest_class = 0;  // pictures in it
  std::int64_t median_class = 0;
  std::int64_t largest_class = 0;
};

struct VerifyReport {
  std::vector<SplitReport> splits;
  FindingLog log;
};

// Prints the report. kOk, or kBadData where there are errors; kStopped after a signal, with nothing written.
// UserErrors: kUsage, kInputMissing, kCannotCreate, and what a source other than folders refuses when it is opened.
base::ExitCode run_verify(const VerifyRequest& request, std::ostream& out);

}  // namespace topfive::dataset
