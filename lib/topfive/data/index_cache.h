// Where indexes are kept between runs, and whether one still fits its data.
//
// An index lies beside the data (DIR/train.index, which `dataset pack` writes) or in the cache directory:
// TOPFIVE_CACHE_DIR, else XDG_CACHE_HOME/topfive, else ~/.cache/topfive. An empty TOPFIVE_CACHE_DIR turns the cache
// off. An index is believed only while every place it names has the size and time of change that it had.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "topfive/data/sample_index.h"

namespace topfive::data {

struct IndexKey {
  std::filesystem::path data_dir;
  std::string kind;   // as SampleIndex::kind
  std::string split;  // as SampleIndex::split
};

// The cache directory; empty where there is none.
std::filesystem::path cache_directory();
// The file in it for something that is kept of a data directory; empty where there is no cache. `ending`: ".index".
std::filesystem::path cached_path(const std::string& what, const std::filesystem::path& data_dir,
                                  const std::string& ending);

// An index of the data as they are now: the one beside the data, or the cached one. `places` are the names of the
// places that there must be; empty: those of the index itself. An index that is damaged, belongs to other data or is
// stale is ignored, with one log line that says why. Never throws for what the file holds.
std::optional<SampleIndex> find_index_beside(const IndexKey& key, const std::vector<std::string>& places = {});
std::optional<SampleIndex> find_cached_index(const IndexKey& key, const std::vector<std::string>& places = {});

// Puts the index into the cache; failing is a debug line. `listed` is when its making began: data that changed less
// than two seconds before may have changed again within the same tick of the file system's clock, and is not cached.
void keep_index(const IndexKey& key, const SampleIndex& index, std::chrono::system_clock::time_point listed);

}  // namespace topfive::data
