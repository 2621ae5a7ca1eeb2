// ILSVRC-2012 as it is shipped, read in place: nothing is unpacked.
//
// DIR/ILSVRC2012_img_train.tar holds one archive a class (n01440764.tar, ...), whose names in byte order are the
// classes. DIR/ILSVRC2012_img_val.tar, or a flat directory DIR/val, holds ILSVRC2012_val_00000001.JPEG and so on; line
// i of the ground truth is the class of picture i, as a number of the development kit. The ground truth is
// DIR/ILSVRC2012_validation_ground_truth.txt or lies in DIR/ILSVRC2012_devkit_t12.tar.gz. The table of the 1,000
// classes comes with the programs.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "topfive/data/sample_source.h"
#include "topfive/data/split.h"

namespace topfive::data {

// Whether one of the two archives lies there.
bool has_ilsvrc2012(const std::filesystem::path& data_dir);

// The first time, the headers of the archives are read; the index is cached. A validation directory with class folders
// is read as one. UserError: kInputMissing for an archive or the ground truth; kBadData where an archive is damaged, or
// where pictures and ground truth do not fit each other.
std::unique_ptr<SampleSource> open_ilsvrc2012(const std::filesystem::path& data_dir, Split split);

// The ground truth: a development kit's class number (1 to 1000) for each picture, in the order of their numbers.
std::vector<int> read_ground_truth(const std::filesystem::path& data_dir);

}  // namespace topfive::data
