// A picture of a run: training loss and validation errors over the epochs, as an SVG file.
#pragma once

#include <filesystem>
#include <string>

#include "topfive/engine/run_log.h"

namespace topfive::engine {

// The text of the SVG. Left: training loss by step. Right: top-1 and top-5 validation error in percent by epoch, with
// the training top-1 error.
std::string training_curve_svg(const RunHistory& history);

// Reads the run's log and replaces training_curve.svg beside it.
void write_training_curve(const std::filesystem::path& run_directory);

}  // namespace topfive::engine
