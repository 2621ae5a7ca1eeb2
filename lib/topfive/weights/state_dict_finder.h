// Where in an unpickled file the state dict is.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "topfive/weights/pickle_tree.h"

namespace topfive::weights {

struct FoundStateDict {
  // Names as the model has them, and indices into PickleTree::tensors, in the file's order.
  std::vector<std::pair<std::string, std::size_t>> tensors;
  // In words: "state dict under \"model\" (\"model_ema\" is there too), prefix \"module.\" removed".
  std::string description;
};

// The top value itself if it holds tensors, else what stands under state_dict, model, model_state_dict, module, net,
// network, model_ema, state_dict_ema or ema, two levels deep at most. A prefix that all names share and that only
// wrappers of Python add (module., _orig_mod.) is removed. Values that are no tensors are left out. `file` is for
// messages: UserError(kBadData) lists the names at the top if there is no state dict.
FoundStateDict find_state_dict(const PickleTree& tree, const std::string& file);

}  // namespace topfive::weights
