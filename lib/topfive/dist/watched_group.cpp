#include "topfive/dist/watched_group.h"

#include <utility>

namespace topfive::dist {
namespace {

using c10d::ProcessGroup;

std::int64_t bytes_of(const std::vector<at::Tensor>& tensors) {
  std::int64_t bytes = 0;
  for (const auto& tensor : tensors) bytes += static_cast<std::int64_t>(tensor.nbytes());
  return bytes;
}

// A communication hook of the Reducer would see the buckets too. But whether there is one decides how the Reducer
// divides by the number of ranks, and a run that is watched must have the bits of one that is not.
class WatchedGroup : public ProcessGroup {
 public:
  WatchedGroup(const ProcessGroupPtr& group, std::shared_ptr<ReductionWatcher> watcher)
      : ProcessGroup(group->getStore(), group->getRank(), group->getSize()), watcher_(std::move(watcher)) {
    for (const c10::Device& device : group->getDeviceTypes()) {
      const auto backend = group->getBackend(device.type());
      setBackend(device.type(), strToBackendType(backend->getBackendName()), backend);
    }
    setDefaultBackend(group->getBackendType());
  }

  c10::intrusive_ptr<c10d::Work> allreduce(std::vector<at::Tensor>& tensors,
                                           const c10d::AllreduceOptions& options) override {
    const std::int64_t reduction = watcher_->started(bytes_of(tensors));
    auto work = ProcessGroup::allreduce(tensors, options);
    work->getFuture()->addCallback(
        [watcher = watcher_, reduction](c10::ivalue::Future& /*sums*/) { watcher->ended(reduction); });
    return work;
  }

 private:
  std::shared_ptr<ReductionWatcher> watcher_;
};

}  // namespace

ProcessGroupPtr watch_reductions(const ProcessGroupPtr& group, std::shared_ptr<ReductionWatcher> watcher) {
  return c10::make_intrusive<WatchedGroup>(group, std::move(watcher));
}

}  // namespace topfive::dist
