// The list of pictures that a run could not use, for repairing the data set.
#pragma once

#include <cstdint>
#include <filesystem>

#include "topfive/data/batch_loader.h"

namespace topfive::engine {

// Appends {"epoch", "name", "kind", "reason"} as one line to bad_pictures.jsonl of the run. A list that cannot be
// written does not end a run: the warning on the console stays.
void append_bad_picture(const std::filesystem::path& run_directory, std::int64_t epoch, const data::BadSample& bad);

}  // namespace topfive::engine
