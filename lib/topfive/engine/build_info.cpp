#include "topfive/engine/build_info.h"

#include <torch/version.h>

#include "topfive/version.h"

#if defined(TOPFIVE_HAS_CUDA)
#include <cuda_runtime_api.h>
#endif

namespace topfive::engine {
namespace {

std::string cuda_version() {
#if defined(TOPFIVE_HAS_CUDA)
  return std::to_string(CUDART_VERSION / 1000) + "." + std::to_string(CUDART_VERSION % 1000 / 10);
#else
  return "no";
#endif
}

}  // namespace

std::string build_summary() {
  return std::string("topfive ") + kVersion + " (" + kCommit + "), LibTorch " + TORCH_VERSION + ", OpenCV " +
         kOpenCvVersion + ", CUDA " + cuda_version();
}

}  // namespace topfive::engine
