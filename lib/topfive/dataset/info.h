// What a directory holds, without looking at a picture.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "topfive/base/error.h"

namespace topfive::dataset {

struct InfoRequest {
  std::filesystem::path directory;
  std::string type = "auto";  // a recipe's data.type
  bool json = false;          // print JSON
};

// Prints the kind, the splits with their pictures, classes and bytes (where an index has them), the state of the
// indexes, and what pack.json says. A split that cannot be opened shows its error. kOk, or kBadData where a split is
// there and cannot be opened. UserError(kInputMissing) where nothing is recognised.
base::ExitCode run_info(const InfoRequest& request, std::ostream& out);

}  // namespace topfive::dataset
