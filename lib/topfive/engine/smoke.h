// A try-out of any recipe in seconds, without data.
#pragma once

#include "topfive/engine/run_config.h"

namespace topfive::engine {

// Keeps the network, the augmentation, the loss, the optimizer and the precision of a recipe, and makes the rest small:
// a few made-up pictures of as many classes as the network has, two steps, one evaluation, one checkpoint.
void make_smoke(RunConfig& config);

}  // namespace topfive::engine
