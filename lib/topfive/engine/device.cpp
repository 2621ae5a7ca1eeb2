#include "topfive/engine/device.h"

#include <charconv>
#include <thread>

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/cpu/Utils.h>
#include <torch/cuda.h>

#include "topfive/base/error.h"

#if defined(TOPFIVE_HAS_CUDA)
#include <ATen/cuda/CUDAContext.h>
#endif

namespace topfive::engine {
namespace {

[[noreturn]] void refuse(const std::string& devices, const std::string& reason) {
  const auto count = torch::cuda::is_available() ? torch::cuda::device_count() : 0;
  throw base::UserError(base::ExitCode::kUsage,
                        "--devices " + devices + ": " + reason + "; available: auto, cpu" +
                            (count > 0 ? ", 0 to " + std::to_string(count - 1) : " (no CUDA device here)"));
}

int parse_ordinal(const std::string& devices) {
  int ordinal = -1;
  const auto [end, error] = std::from_chars(devices.data(), devices.data() + devices.size(), ordinal);
  if (error != std::errc{} || end != devices.data() + devices.size() || ordinal < 0) {
    refuse(devices, "not a device");
  }
  return ordinal;
}

}  // namespace

torch::Device choose_device(const std::string& devices) {
  if (devices == "cpu") return torch::kCPU;
  if (devices == "auto") {
    return torch::cuda::is_available() ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
  }
  if (devices.find(',') != std::string::npos) refuse(devices, "one process drives one device");
  const int ordinal = parse_ordinal(devices);
  if (!torch::cuda::is_available() || ordinal >= static_cast<int>(torch::cuda::device_count())) {
    refuse(devices, "no such CUDA device");
  }
  return torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(ordinal));
}

std::string describe_device(const torch::Device& device) {
#if defined(TOPFIVE_HAS_CUDA)
  if (device.is_cuda()) {
    const auto* properties = at::cuda::getDeviceProperties(device.index());
    return "CUDA " + std::to_string(device.index()) + ": " + properties->name + ", " +
           std::to_string(properties->totalGlobalMem >> 30) + " GiB";
  }
#endif
  if (device.is_cuda()) return "CUDA " + std::to_string(device.index());
  return "CPU, " + std::to_string(at::get_num_threads()) + " threads, " + at::get_cpu_capability();
}

void set_up_compute(int num_threads) {
  const int all = static_cast<int>(std::thread::hardware_concurrency());
  at::set_num_threads(num_threads > 0 ? num_threads : std::max(all, 1));
}

}  // namespace topfive::engine
