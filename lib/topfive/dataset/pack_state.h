// What a packing that was interrupted left behind, and how it goes on.
//
// OUT/.pack/ holds the shard that is being written, a lock, and of every finished shard its part of the index, its row
// indexes and a note: where in the order it begins and ends. A shard counts once its note is there and the shard itself
// lies under its name with the length that the note says; notes are written before the shard gets its name.
// OUT/pack.json says with which settings the shards are made and whether they are all there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "topfive/base/files.h"
#include "topfive/data/sample_index.h"

namespace topfive::dataset {

// "train-000017.tar"
std::string shard_name(const std::string& split, std::size_t number);

// A finished shard.
struct ShardNote {
  std::int64_t begin = 0;  // of its first sample in the order of packing
  std::int64_t end = 0;    // behind the last one that it or a skipped sample took
  std::uint64_t bytes = 0;
  std::vector<std::string> skipped;  // "name: reason" of the pictures between that cannot be used
};

class PackState {
 public:
  // Takes the directory, makes it where it is missing, and locks it. `settings` is everything that the bytes depend on.
  // UserError(kCannotCreate) if it holds anything but a packing with the same settings, or another process packs there.
  PackState(std::filesystem::path out, nlohmann::ordered_json settings);

  // All is there already, made with the same settings.
  bool is_complete() const { return complete_; }
  const std::filesystem::path& work_dir() const { return work_dir_; }

  // The note of a shard if it is finished and still there, whole. UserError(kBadData) where a note is damaged.
  std::optional<ShardNote> finished(const std::string& split, std::size_t number) const;
  data::SampleIndex part_of(const std::string& split, std::size_t number) const;
  // Where the row indexes of a shard lie, if they were asked for.
  std::filesystem::path rows_path(const std::string& split, std::size_t number) const;
  // Gives the archive in the work directory its name. `dali_index` is written beside it.
  void keep(const std::string& split, std::size_t number, const ShardNote& note, const data::SampleIndex& part,
            const std::string& dali_index) const;
  // Removes what is left from before of shards with this number and higher ones.
  void drop_from(const std::string& split, std::size_t number) const;

  // Writes the final pack.json and removes the work directory.
  void complete(const nlohmann::ordered_json& summary);

 private:
  std::filesystem::path note_path(const std::string& split, std::size_t number) const;
  std::filesystem::path part_path(const std::string& split, std::size_t number) const;
  void read_or_begin();
  void remove_work();
  void write_summary(bool complete, const nlohmann::ordered_json& summary) const;

  std::filesystem::path out_;
  std::filesystem::path work_dir_;
  nlohmann::ordered_json settings_;
  std::unique_ptr<base::FileLock> lock_;
  bool complete_ = false;
};

}  // namespace topfive::dataset
