// Which kind of data set a directory holds.
#pragma once

#include <filesystem>

#include "topfive/data/data_config.h"

namespace topfive::data {

// image_folder, ilsvrc2012, shards, list, idx or cifar_binary, by the names in the directory. UserError: kInputMissing
// where it holds none of them, with what was looked for; kConfig where it holds several, with what to set.
DataKind recognise_data(const std::filesystem::path& data_dir);

}  // namespace topfive::data
