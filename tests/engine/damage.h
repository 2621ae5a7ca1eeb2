// Ways in which a checkpoint on a disk can be damaged.
#pragma once

#include <filesystem>
#include <random>
#include <string>

namespace topfive::tests {

// Number of kinds of damage.
int num_damages();

// Damages a checkpoint made by numbered(); `older` is another one, whose files are stale here. `kind` counts from 0.
// Says what was done. Every damage changes at least one byte or name.
std::string damage(const std::filesystem::path& checkpoint, const std::filesystem::path& older, int kind,
                   std::mt19937_64& random);

}  // namespace topfive::tests
