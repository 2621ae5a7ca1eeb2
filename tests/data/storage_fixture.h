// One small set of pictures in every kind of storage: class folders, ILSVRC-2012's archives, shards, a list.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "topfive/data/sample_index.h"

namespace topfive::tests {

struct StoredPicture {
  std::string wnid;
  std::string file;
  std::string bytes;  // of the JPEG file
};

// 3 of ILSVRC's classes; 4 + 5 + 6 training pictures of different sizes, 2 + 3 + 1 for validation. In the order of the
// classes, but of no order inside them.
const std::vector<StoredPicture>& train_pictures();
const std::vector<StoredPicture>& val_pictures();

// DIR/train/<wnid>/<file> and DIR/val/...
void store_as_folders(const std::filesystem::path& directory);
// The two archives and the ground truth as a text file.
void store_as_ilsvrc2012(const std::filesystem::path& directory);
// Three shards of training pictures in another order, one of validation; labels are ranks, keys the files' stems. With
// classes.txt and without an index.
void store_as_shards(const std::filesystem::path& directory);
// The index that goes with these shards; written beside them it is what `dataset pack` leaves.
data::SampleIndex index_of_shards(const std::filesystem::path& directory, const std::string& split);

// The ILSVRC2012_ID of the wnid of each validation picture, one a line, in the order of their numbers.
std::string ground_truth();

}  // namespace topfive::tests
