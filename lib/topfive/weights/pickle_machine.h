// Python's pickle, restricted to what state dicts are made of. Nothing is ever executed.
//
// Known are the opcodes that torch.save writes (protocol 2, and the harmless ones of protocols 3 to 5) and a short list
// of names: the tensor and storage types of torch, OrderedDict, Size, argparse.Namespace. Any other name is refused
// where it stands. Tensors are taken only if every element lies inside their storage.
//
// Limits: 200,000 values, 50,000 tensors, 500,000 stack entries and memo places, 2,000,000 items in all, texts of 1 MiB
// and 8 MiB in all, 16 dimensions. So memory stays below 64 MiB whatever the file says, and time is linear in its
// length.
#pragma once

#include "topfive/weights/pickle_input.h"
#include "topfive/weights/pickle_tree.h"

namespace topfive::weights {

// Reads one pickle, up to and with its STOP. Throws UserError(kBadData) in one line that names file, byte and cause.
PickleTree read_pickle(PickleInput& input);

}  // namespace topfive::weights
