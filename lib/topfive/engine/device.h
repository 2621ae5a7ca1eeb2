// The device that computes, and how to say which one it is.
#pragma once

#include <string>

#include <torch/types.h>

namespace topfive::engine {

// The device of one process: "auto" (CUDA where there is one, else the CPU), "cpu", a CUDA device's number such as "0",
// or a list such as "0,1" or "cpu,cpu" with one for each process on this host. With "auto", the process `local_rank`
// takes the CUDA device of that number; where each takes several (`devices_each`, for AlexNet in two columns) and there
// are enough, the first of its own. UserError(kUsage), naming what is available.
torch::Device choose_device(const std::string& devices, int local_rank = 0, int local_size = 1, int devices_each = 1);

// Which CUDA device is the first of a process: see choose_device.
int first_device_of(int local_rank, int local_size, int devices_each, int num_devices);

// How many devices a list names: 2 for "0,1".
int count_devices(const std::string& devices);

// "CPU, 2 threads, AVX2" or "CUDA 0: NVIDIA H100, 80 GiB".
std::string describe_device(const torch::Device& device);

// What each of so many processes on this host may use of its cores; at least one.
int cores_per_process(int processes_on_host);

// Sets LibTorch's threads (0: all cores, divided among the processes on this host), and settings that must precede the
// first operator. Call once.
void set_up_compute(int num_threads, int processes_on_host = 1);

}  // namespace topfive::engine
