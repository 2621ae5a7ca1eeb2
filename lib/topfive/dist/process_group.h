// c10d's process group: the one place that knows the classes of its store and its backends, which differ between
// releases of LibTorch.
//
// c10d knows no passwords: whoever reaches the store's port may read and change what the ranks tell each other. So
// ranks on one host meet on its loopback interface, and others belong into a network of their own.
#pragma once

#include <chrono>
#include <string>

#include <c10/core/Device.h>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "topfive/dist/world.h"

namespace topfive::dist {

using ProcessGroupPtr = c10::intrusive_ptr<c10d::ProcessGroup>;
using StorePtr = c10::intrusive_ptr<c10d::Store>;

// Where all ranks are met: rank 0 listens, the others connect. Waits for at most `timeout`. UserError(kPeerFailed)
// where rank 0 cannot be reached in time, kConfig where its port is taken.
StorePtr open_store(const World& world, std::chrono::milliseconds timeout);

// All ranks, each on its own device: Gloo for tensors on CPUs, and NCCL for those on CUDA devices where `device` is
// one. Every operation fails after `timeout`.
ProcessGroupPtr make_process_group(const World& world, const StorePtr& store, const c10::Device& device,
                                   std::chrono::milliseconds timeout);

// "Gloo over 127.0.0.1", "NCCL, Gloo over 10.0.0.3"
std::string describe_backends(const World& world, const c10::Device& device);

}  // namespace topfive::dist
