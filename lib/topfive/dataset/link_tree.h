// A clean tree of symbolic links beside a data set that is not clean.
//
// What is left out: pictures with an error; of pictures that are in train and in val, the copies in train; of pictures
// in two classes, every copy, as nobody can tell which label is right; hidden and nested folders and other files;
// classes that one of the splits does not have or of which nothing is left; classes whose name cannot be printed.
// Duplicates inside a class stay. Validation pictures without class folders go where ImageNet's ground truth
// (ILSVRC2012_validation_ground_truth.txt or the development kit's archive, beside val) says. Names that are numbers
// whose text order is wrong are padded with zeros.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "topfive/dataset/duplicates.h"
#include "topfive/dataset/tree_scan.h"

namespace topfive::dataset {

// UserError where no tree can be built: kUsage if the source has no folders, or the links would lie inside it;
// kCannotCreate if `links` exists and is not an empty directory; kBadData for a split without class folders and without
// ground truth.
void check_link_request(const std::filesystem::path& data_dir, const std::filesystem::path& links,
                        const std::vector<const TreeSource*>& trees);

// Builds the tree under a temporary name and renames it, so that `links` is whole once it is there; left_out.txt in it
// names every picture and class that is missing. Returns what to tell the user. The data set is not written to.
std::string make_link_tree(const std::filesystem::path& data_dir, const std::filesystem::path& links,
                           const std::vector<const TreeSource*>& trees, const std::vector<LeftOut>& left_out);

}  // namespace topfive::dataset
