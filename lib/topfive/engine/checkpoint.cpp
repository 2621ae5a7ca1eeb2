#include "topfive/engine/checkpoint.h"

#include <string_view>
#include <utility>
#include <vector>

#include <ATen/Context.h>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/weights/load_weights.h"
#include "topfive/weights/module_tensors.h"
#include "topfive/weights/tensor_file.h"

namespace topfive::engine {
namespace {

constexpr std::uint64_t kMaxStateBytes = std::uint64_t{64} << 20;
constexpr std::string_view kHexDigits = "0123456789abcdef";

int digit_value(char digit) {
  const auto position = kHexDigits.find(digit);
  return position == std::string_view::npos ? -1 : static_cast<int>(position);
}

}  // namespace

void write_checkpoint_files(const std::filesystem::path& directory, const models::ImageClassifier& model,
                            const optim::Optimizer& optimizer, const StateFile& state,
                            const weights::Metadata& metadata) {
  weights::save_tensors(directory / "model.safetensors", weights::module_tensors(model), metadata);
  weights::save_tensors(directory / "optimizer.safetensors", optimizer.state(), {});
  base::write_file_atomically(directory / "state.json", dump_state(state));
}

StateFile read_state_file(const std::filesystem::path& checkpoint) {
  const auto path = checkpoint / "state.json";
  return parse_state(base::read_text_file(path, kMaxStateBytes), path.string());
}

void load_model(const std::filesystem::path& checkpoint, models::ImageClassifier& model) {
  const auto path = checkpoint / "model.safetensors";
  weights::load_weights(model, *weights::open_weights(path), weights::LoadPolicy::kStrict, path.string());
}

void load_optimizer(const std::filesystem::path& checkpoint, optim::Optimizer& optimizer) {
  optimizer.load_state(weights::load_tensors(checkpoint / "optimizer.safetensors").tensors);
}

std::string random_state(const torch::Device& device) {
  const auto state = at::globalContext().defaultGenerator(device).get_state();
  const auto* bytes = state.data_ptr<std::uint8_t>();
  std::string text;
  text.reserve(static_cast<std::size_t>(state.numel()) * 2);
  for (std::int64_t i = 0; i < state.numel(); ++i) {
    text += kHexDigits[bytes[i] >> 4];
    text += kHexDigits[bytes[i] & 15];
  }
  return text;
}

void set_random_state(const torch::Device& device, const std::string& hexadecimal) {
  auto generator = at::globalContext().defaultGenerator(device);
  auto state = generator.get_state().clone();
  bool valid = hexadecimal.size() == static_cast<std::size_t>(state.numel()) * 2;
  auto* bytes = state.data_ptr<std::uint8_t>();
  for (std::int64_t i = 0; valid && i < state.numel(); ++i) {
    const auto at = static_cast<std::size_t>(i) * 2;
    const int high = digit_value(hexadecimal[at]);
    const int low = digit_value(hexadecimal[at + 1]);
    valid = high >= 0 && low >= 0;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  if (!valid) {
    throw base::UserError(base::ExitCode::kBadData,
                          "state.json: random_state is not one of this LibTorch version; resume with the "
                          "version that wrote the checkpoint");
  }
  generator.set_state(state);
}

}  // namespace topfive::engine
