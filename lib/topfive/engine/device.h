// The device that computes, and how to say which one it is.
#pragma once

#include <string>

#include <torch/types.h>

namespace topfive::engine {

// "auto" (CUDA where there is one, else the CPU), "cpu", or a CUDA device's number such as "0". A list of several is
// refused: one process drives one device. UserError(kUsage), naming what is available.
torch::Device choose_device(const std::string& devices);

// "CPU, 2 threads, AVX2" or "CUDA 0: NVIDIA H100, 80 GiB".
std::string describe_device(const torch::Device& device);

// Sets LibTorch's threads (0: all cores), and settings that must precede the first operator. Call once.
void set_up_compute(int num_threads);

}  // namespace topfive::engine
