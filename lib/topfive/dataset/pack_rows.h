// The row indexes of shards (see row_index_file.h): of each finished shard, and in the end of a split.
#pragma once

#include <filesystem>
#include <string>

#include "topfive/data/sample_index.h"
#include "topfive/dataset/pack_state.h"
#include "topfive/dataset/shard_writer.h"

namespace topfive::dataset {

// Writes those of one shard. `part` is its part of the index, in canonical order.
void write_part_rows(const std::filesystem::path& path, const data::SampleIndex& part, const ShardWriter& shard);

// Puts those of all shards together; `index` is the one of the split, whose places are the shards in their order. Gives
// the number of pictures that have one; without any, nothing is written. UserError(kBadData) where those of a shard are
// damaged.
std::int64_t merge_rows(const std::filesystem::path& path, const data::SampleIndex& index, const PackState& state);

}  // namespace topfive::dataset
