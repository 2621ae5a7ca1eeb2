// One shard: a tar archive of samples, DALI's index of it, and its part of our own index.
//
// The archive is written inside a work directory and gets its name only when it is whole and on the disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "topfive/data/sample_index.h"
#include "topfive/data/tar_writer.h"
#include "topfive/dataset/packed_picture.h"

namespace topfive::dataset {

class ShardWriter {
 public:
  // Writes work_dir/name. UserError: kCannotCreate.
  ShardWriter(const std::filesystem::path& work_dir, std::string name);
  // Removes the archive unless it was finished.
  ~ShardWriter();
  ShardWriter(const ShardWriter&) = delete;
  ShardWriter& operator=(const ShardWriter&) = delete;

  // "<key>.jpg" or "<key>.png", then "<key>.cls" with the label. `file_name` is the original file's. kIo.
  void add(const std::string& key, std::string_view file_name, const PackedPicture& picture);
  // What the archive would have at least with this picture.
  std::uint64_t bytes_with(const PackedPicture& picture) const;
  std::int64_t samples() const { return index_.size(); }
  // The row index of the picture that was added there.
  std::span<const std::byte> rows_at(std::uint64_t offset) const { return rows_.at(offset); }

  // Brings the archive to the disk, but not under its name yet. Once.
  void finish();
  std::uint64_t bytes() const { return tar_.bytes_written(); }
  // "v1.2 N", then for each sample "extension offset size name" of its two files: the format of DALI's wds2idx.
  std::string dali_index() const;
  // The samples of this shard, place 0, in the order in which they were added.
  const data::SampleIndex& index() const { return index_; }

 private:
  std::filesystem::path path_;
  data::TarWriter tar_;
  data::SampleIndex index_;
  std::string dali_lines_;
  std::map<std::uint64_t, std::vector<std::byte>> rows_;  // by the offset of the picture
  bool finished_ = false;
};

}  // namespace topfive::dataset
