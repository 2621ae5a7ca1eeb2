// MANIFEST.json of a checkpoint: what belongs to it, so that nothing damaged, missing or foreign goes unnoticed.
//
// {"format_version": 1, "sequence": 7, "top1_error": 0.31, "files": {"model.safetensors": {"bytes": .., "sha256":
// ".."},
// ..}, "sha256": ".."}. The last is that of the manifest's own text without it. Knows nothing of tensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "topfive/base/file_system.h"
#include "topfive/base/files.h"

namespace topfive::engine {

inline constexpr const char* kManifestName = "MANIFEST.json";

struct ManifestEntry {
  std::uint64_t bytes = 0;
  std::string sha256;  // lower-case hexadecimal
};

struct Manifest {
  // Counts the checkpoints of a store in the order in which they were made. Steps do not tell the order: a run that
  // goes back to an earlier checkpoint makes them again.
  std::uint64_t sequence = 0;
  std::optional<double> top1_error;  // a fraction; absent where the weights have not been evaluated
  std::map<std::string, ManifestEntry> files;
};

std::string dump_manifest(const Manifest& manifest);
// UserError(kBadData) naming the file, if it is missing, or if any byte is not as dump_manifest() wrote it.
Manifest read_manifest(const std::filesystem::path& checkpoint, base::FileSystem& files = base::real_file_system());

// Reads every file of a checkpoint and compares it with the manifest. UserError(kBadData) naming the file and what is
// wrong, also for a file that the manifest does not know; kIo where a file cannot be read.
Manifest verify_checkpoint(const std::filesystem::path& checkpoint, base::FileSystem& files = base::real_file_system());

// The files of a checkpoint that is being written. What is written is hashed as it goes past.
class CheckpointFiles {
 public:
  CheckpointFiles(std::filesystem::path directory, base::FileSystem& files)
      : directory_(std::move(directory)), files_(files) {}

  // Writes and syncs one new file. UserError(kIo or kCannotCreate) where that fails.
  void add(const std::string& name, base::FileParts parts);
  void add(const std::string& name, std::string_view text);

  const std::map<std::string, ManifestEntry>& entries() const { return entries_; }

 private:
  std::filesystem::path directory_;
  base::FileSystem& files_;
  std::map<std::string, ManifestEntry> entries_;
};

}  // namespace topfive::engine
