// The predictions of an evaluation as CSV, one line a picture, in the order of the data set.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <torch/types.h>

#include "topfive/data/batch.h"
#include "topfive/data/sample_source.h"

namespace topfive::engine {

// Columns: name, label, then class and probability of the five best ("class1", "probability1", ...). Fields are quoted
// by RFC 4180 where they need it. Collects in memory and writes once, so that a failed evaluation leaves no file.
class PredictionsFile {
 public:
  // Borrows the source.
  PredictionsFile(std::filesystem::path path, const data::SampleSource& source);
  void add(const data::Batch& batch, const torch::Tensor& logits);

  // The lines of all batches that were added, for write() on rank 0.
  std::string packed() const;
  // The lines of all ranks, by rank. Batch b of the data set was added on rank b % W, as data::EpochPlan shares whole
  // batches out.
  void write(const std::vector<std::string>& packed) const;

 private:
  std::filesystem::path path_;
  const data::SampleSource& source_;
  std::vector<std::string> batches_;  // the lines of each
};

// Quotes a CSV field where it holds a comma, a quote or a line break.
std::string csv_field(const std::string& text);

}  // namespace topfive::engine
