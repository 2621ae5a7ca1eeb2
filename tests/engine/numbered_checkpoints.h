// Checkpoints whose content is a number, for tests of the store on disks that fail.
#pragma once

#include <filesystem>
#include <optional>

#include "topfive/base/file_system.h"
#include "topfive/engine/checkpoint_store.h"

namespace topfive::tests {

// Two files of two tensors each, and a state.
engine::CheckpointStore::Fill numbered(int number);

// The number in a checkpoint, after checking all of it. UserError where it does not verify.
int number_of(const std::filesystem::path& checkpoint, base::FileSystem& files);

// The number in the newest checkpoint of a store that was opened for this; 0 where there is none.
int newest_number(const std::filesystem::path& directory, base::FileSystem& files);

}  // namespace topfive::tests
