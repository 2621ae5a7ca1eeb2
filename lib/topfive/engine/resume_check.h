// Whether a run may go on from a checkpoint.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "topfive/engine/train_state.h"

namespace topfive::engine {

// Refuses a checkpoint of another recipe (UserError kConfig) or of other data (kBadData), apart from what the user
// accepts: keys of the recipe, each with everything below it ("optimizer" covers "optimizer.momentum"), and "data" for
// the pictures themselves. What is accepted is said in a warning. The message names the flag that accepts.
void check_same_run(const Provenance& saved, const Provenance& now, const std::vector<std::string>& accepted,
                    const std::filesystem::path& checkpoint);

}  // namespace topfive::engine
