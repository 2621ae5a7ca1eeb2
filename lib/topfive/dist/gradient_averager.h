// Averages the gradients of all ranks while backward still runs: c10d's Reducer, the engine under Python's
// DistributedDataParallel.
//
// Gradients become views of buckets. As soon as the last gradient of a bucket is there, the bucket goes out; the first
// bucket is small, so that the network starts early. See Li et al., "PyTorch Distributed", arXiv 2006.15704.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "topfive/dist/averager_config.h"
#include "topfive/dist/process_group.h"
#include "topfive/dist/watched_group.h"

namespace c10d {
class Reducer;
}

namespace topfive::dist {

// One thread, which also runs backward.
class GradientAverager {
 public:
  // The parameters that learn, by name, in the same order on all ranks. They must outlive the averager, and each of
  // them must get a gradient in every backward pass. The watcher, where there is one, is told of each bucket's
  // all-reduce, on the thread of backward, in the order of the buckets. std::invalid_argument for an empty list.
  GradientAverager(const std::vector<std::pair<std::string, at::Tensor>>& parameters, const ProcessGroupPtr& group,
                   const AveragerConfig& config, std::shared_ptr<ReductionWatcher> watcher = nullptr);
  ~GradientAverager();
  GradientAverager(const GradientAverager&) = delete;
  GradientAverager& operator=(const GradientAverager&) = delete;

  // Between forward and backward of a part of a step. After the last part's backward, gradients are the averages over
  // all ranks of what each has added up; the parts before only add up their own.
  void before_backward(bool last_part);

 private:
  std::unique_ptr<c10d::Reducer> reducer_;
};

}  // namespace topfive::dist
