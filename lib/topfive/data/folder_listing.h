// The listing of a tree of class folders, kept between runs.
//
// Listing 1.28 million files takes minutes on a network file system. The index cache holds the listing together with
// the times of change of the folders, which change whenever a file comes, goes or is renamed.
#pragma once

#include <filesystem>
#include <string>

#include "topfive/data/folder_scan.h"
#include "topfive/data/sample_index.h"

namespace topfive::data {

// scan_folder(data_dir / split), from the cache where no folder has changed since.
FolderIndex list_folder(const std::filesystem::path& data_dir, const std::string& split);

// The same listing as an index: the folder of the split and those of the classes are its places.
SampleIndex index_of_folder(const FolderIndex& folder, const std::filesystem::path& data_dir, const std::string& split);
FolderIndex folder_of_index(const SampleIndex& index);

}  // namespace topfive::data
