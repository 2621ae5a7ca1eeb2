// WebDataset shards: pictures and their labels as files in tar archives, DIR/train-*.tar or DIR/train/*.tar.
//
// The format is that of Python's webdataset (https://github.com/webdataset/webdataset): the files of a sample follow
// each other and share their key, the name up to the first dot of its last part; here key.jpg, key.jpeg or key.png,
// and key.cls with the label as decimal digits. Other files are passed over. DIR/classes.txt names the classes, one a
// line; without it they are numbers. With an index beside the shards (DIR/train.index, which `dataset pack` writes),
// classes, original file names and checksums come from there.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "topfive/data/indexed_source.h"

namespace topfive::data {

// The shards of a split, relative to the directory, in byte order; empty where there are none.
std::vector<std::string> find_shards(const std::filesystem::path& data_dir, const std::string& split);

// Reads the headers of all shards on a few threads. UserError(kBadData) for a damaged shard, a picture without label,
// a label without picture, or a label beyond classes.txt.
SampleIndex index_shards(const std::filesystem::path& data_dir, const std::string& split);

// With an index that fits, else by index_shards(), whose result is cached. kInputMissing without shards.
std::unique_ptr<IndexedSource> open_shards(const std::filesystem::path& data_dir, const std::string& split);

}  // namespace topfive::data
