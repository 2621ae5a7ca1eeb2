// Checkpoints on disk: directories that are either whole or not there.
//
// Layout: DIR/step-00000120/{..., MANIFEST.json}, and the links DIR/last and DIR/best. A checkpoint is written into a
// temporary directory, every file and the directory synced, the manifest with size and SHA-256 of each file added,
// then renamed and its parent synced; the links are replaced by rename; older checkpoints go only after that. A crash
// at any moment therefore leaves the previous checkpoint loadable. Knows nothing of tensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace topfive::engine {

struct CommitOptions {
  bool is_best = false;
  int keep = 2;  // newest checkpoints that stay; what `best` points at stays as well
};

// One process owns a store (see base::FileLock). Not thread-safe.
class CheckpointStore {
 public:
  // UserError(kCannotCreate) if the directory cannot be made. Removes leftovers of a writer that was killed.
  explicit CheckpointStore(std::filesystem::path directory);

  // `fill` writes the files into the directory it is given, syncing each. Returns the checkpoint's final path.
  // UserError(kIo) with path and reason when the disk is full, say; the earlier checkpoints are then untouched.
  std::filesystem::path commit(std::int64_t step, const std::function<void(const std::filesystem::path&)>& fill,
                               const CommitOptions& options);

  // The newest checkpoint that verifies; a broken one is skipped with a warning. nullopt if there is none at all;
  // UserError(kBadData) if there are some and none verifies.
  std::optional<std::filesystem::path> newest_valid() const;
  bool empty() const;

 private:
  std::vector<std::filesystem::path> checkpoints() const;  // oldest first
  std::filesystem::path free_name(std::int64_t step) const;
  void remove_old(int keep) const;

  std::filesystem::path directory_;
};

// Checks every file of a checkpoint against its manifest. UserError(kBadData) naming the file and what is wrong.
void verify_checkpoint(const std::filesystem::path& checkpoint);

// A user may name a run directory (its last checkpoint is meant), a link in it, or a checkpoint itself. Gives the
// checkpoint's directory. UserError(kInputMissing) if it is none of these.
std::filesystem::path resolve_checkpoint(const std::filesystem::path& named);

}  // namespace topfive::engine
