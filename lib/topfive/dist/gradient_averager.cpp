#include "topfive/dist/gradient_averager.h"

#include <stdexcept>
#include <unordered_map>

#include <torch/csrc/distributed/c10d/reducer.hpp>

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
  const std::int64_t bytes = config.bucket_mb * kMebibyte;
  const std::int64_t first_bytes = config.first_bucket_mb * kMebibyte;
  const std::vector<bool> sparse(tensors.size(), false);
  // Backward comes to the parameters last to first; the first bucket is the one that fills first.
  auto buckets = std::get<0>(c10d::compute_bucket_assignment_by_size(
      tensors, {static_cast<std::size_t>(first_bytes), static_cast<std::size_t>(bytes)}, sparse));
  return std::make_unique<c10d::Reducer>(
      std::move(tensors), std::vector<std::vector<std::size_t>>(buckets.rbegin(), buckets.rend()), group, sparse, bytes,
      /*find_unused_parameters=*/false, /*gradient_as_bucket_view=*/true, std::move(names), first_bytes,
      /*skip_all_reduce_unused_params=*/false, /*use_python_reducer=*/false, std::vector<std::int64_t>{});
}

}  // namespace

GradientAverager::GradientAverager(const std::vector<std::pair<std::string, at::Tensor>>& parameters,
                                   const ProcessGroupPtr& group, const AveragerConfig& config) {
  if (parameters.empty()) throw std::invalid_argument("no parameter learns: there is nothing to average");
  reducer_ = make_reducer(parameters, group, config);
  if (config.precision == GradientPrecision::kBfloat16) {
    reducer_->register_comm_hook(std::make_unique<Bfloat16Hook>(group));
  }
}

GradientAverager::~GradientAverager() = default;

void GradientAverager::before_backward(bool last_part) {
  if (!last_part) return;
  // After the first backward, buckets follow the order in which gradients really came.
  reducer_->rebuild_buckets();
  reducer_->prepare_for_backward({});
}

}  // namespace topfive::dist
