#include "topfive/engine/checkpoint.h"

#include <string_view>
#include <utility>
#include <vector>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/weights/load_weights.h"
#include "topfive/weights/module_tensors.h"
#include "topfive/weights/tensor_file.h"

namespace topfive::engine {
namespace {

constexpr std::uint64_t kMaxStateBytes = std::uint64_t{64} << 20;

constexpr const char* kModelFile = "model.safetensors";
constexpr const char* kOptimizerFile = "optimizer.safetensors";
constexpr const char* kAverageFile = "ema.safetensors";
constexpr std::string_view kScalerPrefix = "grad_scaler.";

optim::NamedTensors optimizer_state(const CheckpointTensors& tensors) {
  auto state = tensors.optimizer.state();
  if (tensors.grad_scaler == nullptr) return state;
  for (auto& [name, tensor] : tensors.grad_scaler->state()) {
    state.emplace_back(std::string(kScalerPrefix) + name, tensor);
  }
  return state;
}

// The loss scale's tensors, without their prefix, and the optimizer's.
std::pair<optim::NamedTensors, optim::NamedTensors> split_state(const optim::NamedTensors& saved) {
  optim::NamedTensors scaler;
  optim::NamedTensors optimizer;
  for (const auto& [name, tensor] : saved) {
    if (name.starts_with(kScalerPrefix)) {
      scaler.emplace_back(name.substr(kScalerPrefix.size()), tensor);
    } else {
      optimizer.emplace_back(name, tensor);
    }
  }
  return {scaler, optimizer};
}

}  // namespace

void copy_tensors(const CheckpointTensors& tensors, TensorCopies& copies) {
  copies.model.take(weights::module_tensors(tensors.model));
  copies.optimizer.take(optimizer_state(tensors));
  copies.average.take(tensors.ema != nullptr ? tensors.ema->tensors() : optim::NamedTensors());
}

void add_checkpoint_files(CheckpointFiles& files, const TensorCopies& copies, const StateFile& state,
                          const weights::Metadata& metadata) {
  const auto add = [&](const char* name, const HostCopy& copy, const weights::Metadata& more) {
    weights::encode_tensors(copy.tensors(), more, [&](base::FileParts parts) { files.add(name, parts); });
  };
  add(kModelFile, copies.model, metadata);
  add(kOptimizerFile, copies.optimizer, {});
  if (!copies.average.tensors().empty()) add(kAverageFile, copies.average, metadata);
  files.add("state.json", dump_state(state));
}

StateFile read_state_file(const std::filesystem::path& checkpoint) {
  const auto path = checkpoint / "state.json";
  return parse_state(base::read_text_file(path, kMaxStateBytes), path.string());
}

void load_model(const std::filesystem::path& file, models::ImageClassifier& model) {
  weights::load_weights(model, *weights::open_weights(file), weights::LoadPolicy::kStrict, file.string());
}

void load_tensors(const std::filesystem::path& checkpoint, const CheckpointTensors& tensors) {
  load_model(checkpoint / kModelFile, tensors.model);
  auto [scaler, optimizer] = split_state(weights::load_tensors(checkpoint / kOptimizerFile).tensors);
  tensors.optimizer.load_state(optimizer);
  if (tensors.grad_scaler != nullptr) tensors.grad_scaler->load_state(scaler);
  if (tensors.ema == nullptr) return;
  const auto average = checkpoint / kAverageFile;
  const bool saved = std::filesystem::exists(average);
  tensors.ema->load(saved ? weights::load_tensors(average).tensors : weights::module_tensors(tensors.model));
}

std::filesystem::path weights_to_evaluate(const std::filesystem::path& checkpoint) {
  const auto average = checkpoint / kAverageFile;
  return std::filesystem::exists(average) ? average : checkpoint / kModelFile;
}

}  // namespace topfive::engine
