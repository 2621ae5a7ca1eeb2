// Checkpoints on disk: directories that are either whole or not there.
//
// Layout: DIR/step-00000120/{..., MANIFEST.json}, and the links DIR/last and DIR/best. A checkpoint is written into a
// temporary directory, every file and the directory synced, then renamed and its parent synced; the links are replaced
// by rename; older checkpoints go only after that. A crash, a full disk or a power loss at any moment therefore leaves
// the previous checkpoint loadable. See docs/checkpoints.md. Knows nothing of tensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "topfive/base/file_system.h"
#include "topfive/engine/checkpoint_manifest.h"

namespace topfive::engine {

struct CommitOptions {
  bool is_best = false;  // what the link `best` is to point at
  // Of these weights, where they were evaluated: decides which ones are good.
  std::optional<double> top1_error = std::nullopt;
  int keep = 2;       // newest checkpoints that stay; what the links point at stays as well
  int keep_best = 1;  // checkpoints with the lowest top1_error that stay
};

// One process owns a store (see base::FileLock). Not thread-safe.
class CheckpointStore {
 public:
  // `fill` adds the files of a checkpoint.
  using Fill = std::function<void(CheckpointFiles&)>;

  // UserError(kCannotCreate) if the directory cannot be made. Removes leftovers of a writer that was killed.
  explicit CheckpointStore(std::filesystem::path directory, base::FileSystem& files = base::real_file_system());

  // Returns the checkpoint's final path. UserError(kIo or kCannotCreate) with path and reason when the disk is full,
  // say; the earlier checkpoints are then untouched. Failing to remove an old one is a warning.
  std::filesystem::path commit(std::int64_t step, const Fill& fill, const CommitOptions& options);

  // The newest checkpoint that verifies. A damaged one is skipped with a warning and renamed to damaged-..., so that
  // it takes nobody's place among those that are kept. nullopt if there is none at all; UserError(kBadData) if there
  // are some and none verifies.
  std::optional<std::filesystem::path> newest_valid();
  bool empty() const;

 private:
  struct Stored;
  std::vector<Stored> stored() const;  // oldest first
  std::filesystem::path write(std::int64_t step, const Fill& fill, const CommitOptions& options);
  void point_links(const std::filesystem::path& checkpoint, bool is_best);
  void remove_old(const CommitOptions& options);
  void remove(const std::vector<std::filesystem::path>& checkpoints);
  std::filesystem::path free_name(std::int64_t step) const;
  void set_aside(const std::filesystem::path& checkpoint);

  std::filesystem::path directory_;
  base::FileSystem& files_;
};

// A user may name a run directory (its last checkpoint is meant), a link in it, or a checkpoint itself. Gives the
// checkpoint's directory. UserError(kInputMissing) if it is none of these.
std::filesystem::path resolve_checkpoint(const std::filesystem::path& named);

}  // namespace topfive::engine
