// Pictures with the same bytes, within a split and across the splits.
#pragma once

#include <cstdint>
#include <vector>

#include "topfive/data/sample_source.h"
#include "topfive/data/split.h"
#include "topfive/dataset/finding.h"
#include "topfive/dataset/picture_check.h"

namespace topfive::dataset {

struct SplitPart {
  data::Split name = data::Split::kTrain;
  const data::SampleSource* source = nullptr;
};

// A sample that a clean tree would leave out, and why.
struct LeftOut {
  data::Split split = data::Split::kTrain;
  std::int64_t index = 0;
  Problem problem = Problem::kUnreadable;
};

// 32 bytes a picture: about 43 MB for the whole of ImageNet.
class DuplicateFinder {
 public:
  void add(data::Split split, std::int64_t index, const ContentHash& hash);
  // Adds the findings, and to `left_out` what the rules take away: of pictures that are in train and in val, those in
  // train; of pictures in two classes of one split, all of them. Duplicates inside a class are noted and kept. Call
  // once.
  void report(const std::vector<SplitPart>& parts, FindingLog& log, std::vector<LeftOut>& left_out);

 private:
  struct Entry {
    ContentHash hash;
    data::Split split;
    std::int64_t index;
  };
  std::vector<Entry> entries_;
};

}  // namespace topfive::dataset
