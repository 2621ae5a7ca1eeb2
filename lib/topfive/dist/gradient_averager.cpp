#include "topfive/dist/gradient_averager.h"

#include <stdexcept>
#include <unordered_map>
#include <utility>

#include <torch/csrc/distributed/c10d/reducer.hpp>

#include "topfive/dist/gradient_buckets.h"

namespace topfive::dist {
namespace {

constexpr std::int64_t kMebibyte = 1 << 20;

// Sends a bucket rounded to bf16, already divided so that the sum stays in range, and widens what comes back. fp16,
// which c10d compresses to by itself, overflows where gradients are large; bf16 has float32's range.
class Bfloat16Hook : public c10d::CppCommHookInterface<ProcessGroupPtr> {
 public:
  explicit Bfloat16Hook(const ProcessGroupPtr& group) : CppCommHookInterface(group) {}

  c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket& bucket) override {
    std::vector<at::Tensor> rounded = {bucket.getBuffer().div(state_->getSize()).to(at::kBFloat16)};
    return state_->allreduce(rounded)->getFuture()->then(
        [buffer = bucket.getBuffer()](c10::ivalue::Future& sums) {
          return c10::IValue(buffer.copy_(c10d::detail::parseCppCommHookResult(sums.value())));
        },
        c10::TensorType::get());
  }
};

std::unique_ptr<c10d::Reducer> make_reducer(const std::vector<std::pair<std::string, at::Tensor>>& parameters,
                                            const ProcessGroupPtr& group, const AveragerConfig& config) {
  std::vector<at::Tensor> tensors;
  std::unordered_map<std::size_t, std::string> names;
  for (const auto& [name, tensor] : parameters) {
    names.emplace(tensors.size(), name);
    tensors.push_back(tensor);
  }
  auto buckets = gradient_buckets(tensors, config);
  const std::vector<bool> sparse(tensors.size(), false);
  return std::make_unique<c10d::Reducer>(
      std::move(tensors), std::move(buckets), group, sparse, config.bucket_mb * kMebibyte,
      /*find_unused_parameters=*/false, /*gradient_as_bucket_view=*/true, std::move(names),
      config.first_bucket_mb * kMebibyte,
      /*skip_all_reduce_unused_params=*/false, /*use_python_reducer=*/false, std::vector<std::int64_t>{});
}

}  // namespace

GradientAverager::GradientAverager(const std::vector<std::pair<std::string, at::Tensor>>& parameters,
                                   const ProcessGroupPtr& group, const AveragerConfig& config,
                                   std::shared_ptr<ReductionWatcher> watcher) {
  if (parameters.empty()) throw std::invalid_argument("no parameter learns: there is nothing to average");
  const ProcessGroupPtr used = watcher ? watch_reductions(group, std::move(watcher)) : group;
  reducer_ = make_reducer(parameters, used, config);
  if (config.precision == GradientPrecision::kBfloat16) {
    reducer_->register_comm_hook(std::make_unique<Bfloat16Hook>(used));
  }
}

GradientAverager::~GradientAverager() = default;

void GradientAverager::before_backward(bool last_part) {
  if (!last_part) return;
  // Buckets stay as they are, where Python's are made anew after the first step: with more than two ranks the place of
  // a gradient in its bucket decides in which order the ranks' shares are added up, and a run that goes on from a
  // checkpoint must add as one that never stopped.
  reducer_->prepare_for_backward({});
}

}  // namespace topfive::dist
