// Opening the splits of a data set for the tools that look at all of it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "topfive/data/data_config.h"
#include "topfive/data/split.h"

namespace topfive::dataset {

// "train", "val" or "all"; anything else is a UserError(kUsage).
std::vector<data::Split> splits_named(const std::string& name);
const char* split_text(data::Split split);  // "train", "val"

// The loader's defaults for a kind of data set, by the name that a recipe's data.type has, but without row indexes, of
// which those who decode whole pictures have no use. UserError(kUsage) for another one, with those that there are.
data::DataConfig config_of_type(const std::string& type);
const char* kind_name(data::DataKind kind);  // "image_folder"

// The kind itself, or for kAuto the one that the directory holds. A directory with train/ or val/ that is nothing else
// is an image folder, if a broken one. UserError as recognise_data() throws it.
data::DataKind kind_in(const std::filesystem::path& directory, data::DataKind kind);

// UserError(kInputMissing) unless it is a directory.
void require_data_directory(const std::filesystem::path& directory);

// "137.1 GiB"
std::string format_bytes(double bytes);

}  // namespace topfive::dataset
