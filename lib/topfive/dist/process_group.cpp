#include "topfive/dist/process_group.h"

#include <cstdlib>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <thread>

#define USE_C10D_GLOO  // LibTorch has it; its headers ask for the name
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#ifdef TOPFIVE_HAS_CUDA
#define USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <torch/version.h>

#include "topfive/base/error.h"
#include "topfive/dist/tcp.h"

namespace topfive::dist {
namespace {

using base::ExitCode;
using base::UserError;
using c10d::ProcessGroup;
using c10d::ProcessGroupGloo;

// The interface that gloo is told to use wins over the one that leads to rank 0.
std::string gloo_interface() { return process_environment("GLOO_SOCKET_IFNAME").value_or(""); }

auto gloo_device(const World& world) {
  const std::string interface = gloo_interface();
  if (!interface.empty()) return ProcessGroupGloo::createDeviceForInterface(interface);
  return ProcessGroupGloo::createDeviceForHostname(local_address_towards(world.master_address, world.master_port));
}

[[noreturn]] void throw_not_met(const World& world, std::chrono::milliseconds timeout) {
  const std::string seconds = std::to_string(timeout.count() / 1000);
  const std::string reason =
      world.is_main()
          ? "not all of the " + std::to_string(world.size) + " ranks came within " + seconds + " s"
          : "rank 0 does not answer at " + world.master_address + ":" + std::to_string(world.master_port) + " within " +
                seconds + " s, or not all of the " + std::to_string(world.size) + " ranks came";
  throw UserError(ExitCode::kPeerFailed, reason + "; are all ranks started, with one MASTER_ADDR and MASTER_PORT?");
}

// All ranks begin to count their operations at the same number. From LibTorch 2.14 on they do so by themselves.
void number_collectives([[maybe_unused]] c10d::Backend& backend) {
#if TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 14
  backend.setSequenceNumberForGroup();
#endif
}

// Runs what waits for the other ranks. It fails in one of many ways where they do not come, or where rank 0 has given
// up a moment before, of which c10d and Gloo tell the last function that they called.
template <class Operation>
auto meet(const World& world, std::chrono::milliseconds timeout, const Operation& operation) {
  try {
    return operation();
  } catch (const std::exception&) {
    throw_not_met(world, timeout);
  }
}

void add_gloo(ProcessGroup& group, const World& world, const StorePtr& store, std::chrono::milliseconds timeout) {
  auto options = ProcessGroupGloo::Options::create(timeout);
  options->devices.push_back(gloo_device(world));
  const auto gloo = meet(world, timeout, [&] {
    auto made = c10::make_intrusive<ProcessGroupGloo>(c10::make_intrusive<c10d::PrefixStore>("gloo", store), world.rank,
                                                      world.size, options);
    number_collectives(*made);
    return made;
  });
  group.setBackend(c10::DeviceType::CPU, ProcessGroup::BackendType::GLOO, gloo);
  group.setDefaultBackend(ProcessGroup::BackendType::GLOO);
}

void add_nccl([[maybe_unused]] ProcessGroup& group, [[maybe_unused]] const World& world,
              [[maybe_unused]] const StorePtr& store, [[maybe_unused]] std::chrono::milliseconds timeout) {
#ifdef TOPFIVE_HAS_CUDA
  auto options = c10d::ProcessGroupNCCL::Options::create(/*is_high_priority_stream=*/true);
  options->timeout = timeout;
  const auto nccl = c10::make_intrusive<c10d::ProcessGroupNCCL>(c10::make_intrusive<c10d::PrefixStore>("nccl", store),
                                                                world.rank, world.size, options);
  meet(world, timeout, [&] { number_collectives(*nccl); });
  group.setBackend(c10::DeviceType::CUDA, ProcessGroup::BackendType::NCCL, nccl);
  group.setDefaultBackend(ProcessGroup::BackendType::NCCL);
#else
  throw UserError(ExitCode::kConfig,
                  "this build has no NCCL: it was made without CUDA's headers; build it against a CUDA LibTorch, or "
                  "train with --devices cpu");
#endif
}

// What `open` returns; null where it fails, or takes longer than that: c10d's own time-outs do not hold where a
// stranger takes the connection and says nothing. The thread is then left behind in its call, for a process that is to
// end.
StorePtr within(std::chrono::milliseconds time, const std::function<StorePtr()>& open) {
  auto store = std::make_shared<std::promise<StorePtr>>();
  auto opened = store->get_future();
  std::thread([store, open] {
    try {
      store->set_value(open());
    } catch (const std::exception&) {
      store->set_value(nullptr);
    }
  }).detach();
  return opened.wait_for(time) == std::future_status::ready ? opened.get() : nullptr;
}

}  // namespace

StorePtr open_store(const World& world, std::chrono::milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = world.master_port;
  options.isServer = world.is_main();
  options.numWorkers = static_cast<std::size_t>(world.size);
  options.timeout = timeout;
  if (world.is_main()) options.masterListenFd = listen_on(world.master_address, world.master_port);
  const auto open = [options, address = world.master_address] {
    return StorePtr(c10::make_intrusive<c10d::TCPStore>(address, options));
  };
  if (StorePtr store = within(timeout + std::chrono::seconds{1}, open)) return store;
  throw_not_met(world, timeout);
}

ProcessGroupPtr make_process_group(const World& world, const StorePtr& store, const c10::Device& device,
                                   std::chrono::milliseconds timeout) {
  auto group = c10::make_intrusive<ProcessGroup>(store, world.rank, world.size);
  add_gloo(*group, world, store, timeout);
  if (device.is_cuda()) add_nccl(*group, world, store, timeout);
  return group;
}

std::string describe_backends(const World& world, const c10::Device& device) {
  const std::string interface = gloo_interface();
  const std::string gloo =
      "Gloo over " + (interface.empty() ? local_address_towards(world.master_address, world.master_port) : interface);
  return device.is_cuda() ? "NCCL, " + gloo : gloo;
}

}  // namespace topfive::dist
