// Loading a network's weights needs no memory beside the network.
#include <fstream>
#include <string>

#include "topfive/engine/eval_subject.h"
#include "topfive/models/parameter_count.h"
#include "topfive/models/presets.h"
#include "topfive/weights/module_tensors.h"

#include "support/catch.h"
#include "support/temporary_directory.h"

namespace topfive::engine {
namespace {

// The most memory that this process ever had resident, in bytes; `reset` starts counting anew from what it has now.
void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

std::int64_t status_bytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key + ":")) return std::stoll(line.substr(key.size() + 1)) * 1024;
  }
  return -1;
}

EvalRequest request_for(const std::filesystem::path& file, const std::string& model) {
  EvalRequest request;
  request.weights = file;
  request.model = model;
  return request;
}

void save(const std::string& preset, const std::filesystem::path& file) {
  weights::save_tensors(file, weights::module_tensors(*models::build_model(models::preset_config(preset))));
}

}  // namespace

TEST_CASE("loading weights takes at most 1.2 times the memory of the parameters", "[engine]") {
  const tests::TemporaryDirectory scratch;
  save("vit_ti16", scratch / "small.safetensors");
  save("vit_s16", scratch / "large.safetensors");
  // Whatever LibTorch sets up once is set up by the first.
  const auto small = load_eval_subject(request_for(scratch / "small.safetensors", "vit_ti16"), torch::kCPU);
  reset_peak();
  const std::int64_t before = status_bytes("VmRSS");
  const auto subject = load_eval_subject(request_for(scratch / "large.safetensors", "vit_s16"), torch::kCPU);
  const std::int64_t parameter_bytes = models::parameter_count(*subject.model) * 4;
  const std::int64_t taken = status_bytes("VmHWM") - before;
  CHECK(parameter_bytes == 22'050'664 * 4);
  CHECK(taken <= parameter_bytes * 12 / 10);
}

}  // namespace topfive::engine
