// State dicts as torch.save writes them, in its two formats. Nothing is executed (see pickle_machine.h).
//
//   zip     since torch 1.6: <name>/data.pkl, and the bytes of each storage in <name>/data/<key>.
//   legacy  before, and with _use_new_zipfile_serialization=False: five pickles (magic number, protocol 1001, system
//           information, the state dict, the storages' keys), then for each key the number of elements and the bytes.
#pragma once

#include <memory>

#include "topfive/weights/input_file.h"
#include "topfive/weights/weight_source.h"

namespace topfive::weights {

std::unique_ptr<WeightSource> open_zip_pth(std::unique_ptr<InputFile> file);
std::unique_ptr<WeightSource> open_legacy_pth(std::unique_ptr<InputFile> file);

}  // namespace topfive::weights
