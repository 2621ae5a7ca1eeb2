#include "topfive/engine/random_state.h"

#include <cstdint>
#include <string_view>

#include <ATen/Context.h>

#include "topfive/base/error.h"

namespace topfive::engine {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr char kBetweenCpuAndDevice = '/';

int digit_value(char digit) {
  const auto position = kHexDigits.find(digit);
  return position == std::string_view::npos ? -1 : static_cast<int>(position);
}

void set_both(const torch::Device& device, const std::string& of_cpu, const std::string& of_device) {
  set_random_state(torch::kCPU, of_cpu);
  if (!device.is_cpu()) set_random_state(device, of_device);
}

}  // namespace

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

void collect_random_states(TrainState& state, const torch::Device& device, RankTeam& team) {
  state.random_state = random_state(torch::kCPU);
  state.device_random_state = device.is_cpu() ? "" : random_state(device);
  state.other_random_states =
      team.gather(state.random_state + kBetweenCpuAndDevice + state.device_random_state, "saving the random states");
  state.other_random_states.erase(state.other_random_states.begin());
}

void restore_random_states(const TrainState& state, const torch::Device& device, const RankTeam& team) {
  if (team.is_main()) return set_both(device, state.random_state, state.device_random_state);
  const auto index = static_cast<std::size_t>(team.world().rank) - 1;
  if (index >= state.other_random_states.size()) return;
  const std::string& both = state.other_random_states[index];
  const auto end_of_cpu = both.find(kBetweenCpuAndDevice);
  set_both(device, both.substr(0, end_of_cpu), both.substr(end_of_cpu + 1));
}

}  // namespace topfive::engine
