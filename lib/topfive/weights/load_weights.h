// From a file of weights into a module.
#pragma once

#include <string>
#include <vector>

#include <torch/nn/module.h>

#include "topfive/weights/weight_source.h"

namespace topfive::weights {

// How much of the file must fit.
enum class LoadPolicy {
  kStrict,    // every name and shape, as load_state_dict(strict=True)
  kHeadOnly,  // all but the classifier: for another number of classes it keeps its initial weights
  kPartial,   // whatever fits is loaded, the rest keeps its initial weights
};

struct ShapeDifference {
  std::string name;
  std::vector<std::int64_t> in_file;
  std::vector<std::int64_t> in_model;
};

struct LoadReport {
  std::size_t loaded = 0;               // tensors
  std::vector<std::string> missing;     // in the model, not in the file
  std::vector<std::string> unexpected;  // in the file, not in the model
  std::vector<ShapeDifference> shapes;  // not loaded for that
  std::vector<std::string> remarks;     // what was done to make it fit, a sentence each
  bool complete() const { return missing.empty() && unexpected.empty() && shapes.empty(); }
  // One line a difference in three aligned columns, at most 30; empty if there are none.
  std::string table() const;
};

// The layer that gives the scores, by its name without .weight: the one whose parameters come last.
std::string head_name(const torch::nn::Module& module);

// Classes in the file by the rows of the module's head; 0 if the file has no such layer.
std::int64_t classes_in(const WeightSource& source, const torch::nn::Module& module);

// Values go straight from the file into the module's memory where types agree, so a load needs no memory beside it.
// The module lies on the CPU. Names of timm's and DeiT's vision transformers are understood; num_batches_tracked may
// be missing; a learned position embedding of another picture size is resampled (not under kStrict). `what` names the
// file in messages. Nothing is changed unless everything that the policy demands fits: UserError(kBadData) with the
// first differences in one line, and `report`, if given, holds all of them.
LoadReport load_weights(torch::nn::Module& module, const WeightSource& source, LoadPolicy policy,
                        const std::string& what, LoadReport* report = nullptr);

}  // namespace topfive::weights
