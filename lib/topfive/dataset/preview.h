// What the network will see: a sheet with a row a picture, first as it is stored, then as the training shows it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "topfive/augment/transform_config.h"
#include "topfive/base/error.h"
#include "topfive/data/data_config.h"
#include "topfive/image/image.h"

namespace topfive::dataset {

struct PreviewRequest {
  std::filesystem::path directory;
  data::DataConfig data;
  std::vector<augment::TransformConfig> transforms;  // of training
  std::string split = "train";
  int rows = 8;
  int columns = 8;         // the picture itself, then columns - 1 epochs
  std::uint64_t seed = 1;  // of the run: the draws are those of its first epochs, and the pictures are chosen by it
  std::filesystem::path out;
};

// RGB. The pixels are those of the batch with the colour shift added, before normalisation. A picture that cannot be
// decoded says so in its caption. Equal requests give equal pixels.
image::Image preview_sheet(const PreviewRequest& request);

// Writes the sheet as PNG.
base::ExitCode run_preview(const PreviewRequest& request, std::ostream& out);

}  // namespace topfive::dataset
