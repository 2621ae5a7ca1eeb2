// The 1,000 classes of ILSVRC-2012: a table that comes with the programs.
#pragma once

#include <string>
#include <vector>

namespace topfive::data {

struct ImagenetClass {
  std::string wnid;        // WordNet id, "n01440764"
  int devkit_id = 0;       // ILSVRC2012_ID of the development kit, 1 to 1000: what its ground truth counts in
  std::string short_name;  // "tench"
};

// In label order, which is the order of the WordNet ids. UserError where the table is missing or damaged.
const std::vector<ImagenetClass>& imagenet_classes();

// The label (0 to 999) for each ILSVRC2012_ID minus 1.
std::vector<int> labels_by_devkit_id(const std::vector<ImagenetClass>& classes);

}  // namespace topfive::data
