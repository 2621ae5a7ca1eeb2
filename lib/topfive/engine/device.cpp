#include "topfive/engine/device.h"

#include <algorithm>
#include <charconv>
#include <sstream>
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

torch::Device cuda_device(const std::string& devices, int ordinal) {
  if (!torch::cuda::is_available() || ordinal >= static_cast<int>(torch::cuda::device_count())) {
    refuse(devices, "no CUDA device " + std::to_string(ordinal));
  }
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(ordinal)};
}

torch::Device automatic_device(int local_rank, int local_size, int devices_each) {
  if (!torch::cuda::is_available()) return torch::kCPU;
  const int num_devices = static_cast<int>(torch::cuda::device_count());
  return cuda_device("auto", first_device_of(local_rank, local_size, devices_each, num_devices));
}

torch::Device one_device(const std::string& device, int local_rank, int local_size, int devices_each) {
  if (device == "cpu") return torch::kCPU;
  if (device == "auto") return automatic_device(local_rank, local_size, devices_each);
  if (local_size > 1)
    refuse(device, "each of the " + std::to_string(local_size) + " processes needs a device of its own");
  return cuda_device(device, parse_ordinal(device));
}

}  // namespace

int count_devices(const std::string& devices) {
  return 1 + static_cast<int>(std::count(devices.begin(), devices.end(), ','));
}

int first_device_of(int local_rank, int local_size, int devices_each, int num_devices) {
  return local_size * devices_each <= num_devices ? local_rank * devices_each : local_rank;
}

torch::Device choose_device(const std::string& devices, int local_rank, int local_size, int devices_each) {
  const int count = count_devices(devices);
  if (count == 1) return one_device(devices, local_rank, local_size, devices_each);
  if (local_size == 1) refuse(devices, "one process drives one device");
  if (count != local_size) {
    refuse(devices, std::to_string(count) + " devices for " + std::to_string(local_size) + " processes on this host");
  }
  std::istringstream list(devices);
  std::string device;
  for (int i = 0; i <= local_rank; ++i) std::getline(list, device, ',');
  return one_device(device, 0, 1, devices_each);
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

int cores_per_process(int processes_on_host) {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / processes_on_host);
}

void set_up_compute(int num_threads, int processes_on_host) {
  at::set_num_threads(num_threads > 0 ? num_threads : cores_per_process(processes_on_host));
}

}  // namespace topfive::engine
