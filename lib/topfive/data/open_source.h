// From the configuration to a source of samples.
#pragma once

#include <filesystem>
#include <memory>

#include "topfive/data/data_config.h"
#include "topfive/data/sample_source.h"
#include "topfive/data/split.h"

namespace topfive::data {

// Opens one split and applies its limit. image_folder reads data_dir/train or data_dir/val; the other kinds read their
// files in data_dir; auto is whichever of them is there; synthetic needs no directory. Pictures come with the row
// indexes that are there, unless the configuration makes no use of them. UserError: kInputMissing where the directory
// or its files are not there, with the layout that is expected; kBadData where their content is not valid.
std::unique_ptr<SampleSource> open_source(const DataConfig& config, const std::filesystem::path& data_dir, Split split);

// UserError(kBadData) unless both have the same classes in the same order: a class missing from one
// split would shift every label after it and show as a wrong accuracy only. Names up to three
// classes of each side.
void check_same_classes(const SampleSource& train, const SampleSource& eval);

}  // namespace topfive::data
