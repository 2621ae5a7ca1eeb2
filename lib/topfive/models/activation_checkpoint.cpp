#include "topfive/models/activation_checkpoint.h"

#include <mutex>
#include <utility>

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include "topfive/models/batch_norm.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

using Block = std::function<Tensor(const Tensor&)>;

struct AutocastState {
  bool enabled = false;
  torch::ScalarType type = torch::kFloat32;
  bool caches = true;
};

AutocastState autocast_state(torch::DeviceType device) {
  return {at::autocast::is_autocast_enabled(device), at::autocast::get_autocast_dtype(device),
          at::autocast::is_autocast_cache_enabled()};
}

void set_autocast(torch::DeviceType device, const AutocastState& state) {
  at::autocast::set_autocast_enabled(device, state.enabled);
  at::autocast::set_autocast_dtype(device, state.type);
  at::autocast::set_autocast_cache_enabled(state.caches);
}

// A narrow copy of a weight that is made while no gradients are recorded must not be found by an operator that records
// some, so nothing is kept while one of these lives.
class AutocastSetting {
 public:
  AutocastSetting(torch::DeviceType device, AutocastState state) : device_(device), before_(autocast_state(device)) {
    state.caches = false;
    set_autocast(device, state);
  }
  ~AutocastSetting() { set_autocast(device_, before_); }
  AutocastSetting(const AutocastSetting&) = delete;
  AutocastSetting& operator=(const AutocastSetting&) = delete;

 private:
  torch::DeviceType device_;
  AutocastState before_;
};

Tensor generator_state(const torch::Device& device) {
  at::Generator generator = at::globalContext().defaultGenerator(device);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  return generator.get_state();
}

void set_generator_state(const torch::Device& device, const Tensor& state) {
  at::Generator generator = at::globalContext().defaultGenerator(device);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(state);
}

// The default generators of the CPU and of the device.
struct RandomState {
  explicit RandomState(const torch::Device& where) : device(where), cpu_state(generator_state(torch::kCPU)) {
    if (!device.is_cpu()) device_state = generator_state(device);
  }
  void restore() const {
    set_generator_state(torch::kCPU, cpu_state);
    if (!device.is_cpu()) set_generator_state(device, device_state);
  }

  torch::Device device;
  Tensor cpu_state;
  Tensor device_state;
};

// The generators continue where they were when this ends.
class Replay {
 public:
  explicit Replay(const RandomState& start) : after_(start.device) { start.restore(); }
  ~Replay() { after_.restore(); }
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

 private:
  RandomState after_;
};

// What the second pass needs to know of the first.
struct FirstPass : torch::CustomClassHolder {
  FirstPass(Block its_block, const torch::Device& device)
      : block(std::move(its_block)), random(device), autocast(autocast_state(device.type())) {}

  Block block;
  RandomState random;
  AutocastState autocast;
  std::vector<Tensor> parameters;
  bool input_needs_gradient = false;
};

Tensor second_pass(const FirstPass& first, const Tensor& input) {
  const Replay replay(first.random);
  const AutocastSetting autocast(input.device().type(), first.autocast);
  const RunningStatisticsHold hold;
  return first.block(input);
}

class CheckpointFunction : public torch::autograd::Function<CheckpointFunction> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& input, at::TensorList parameters,
                        const c10::intrusive_ptr<FirstPass>& first) {
    first->parameters = parameters.vec();
    first->input_needs_gradient = input.requires_grad();
    context->save_for_backward({input});
    context->saved_data["first"] = c10::IValue::make_capsule(first);
    const AutocastSetting uncached(input.device().type(), first->autocast);
    return first->block(input);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto first = c10::static_intrusive_pointer_cast<FirstPass>(context->saved_data.at("first").toCapsule());
    const torch::AutoGradMode recording(true);
    Tensor input = context->get_saved_variables().at(0).detach();
    input.requires_grad_(first->input_needs_gradient);
    const Tensor output = second_pass(*first, input);

    variable_list wanted;
    if (first->input_needs_gradient) wanted.push_back(input);
    for (const Tensor& parameter : first->parameters) {
      if (parameter.requires_grad()) wanted.push_back(parameter);
    }
    const variable_list found = torch::autograd::grad({output}, wanted, {gradients.at(0)}, /*retain_graph=*/false,
                                                      /*create_graph=*/false, /*allow_unused=*/true);
    auto next = found.begin();
    variable_list result = {first->input_needs_gradient ? *next++ : Tensor()};
    for (const Tensor& parameter : first->parameters) result.push_back(parameter.requires_grad() ? *next++ : Tensor());
    result.emplace_back();
    return result;
  }
};

}  // namespace

Tensor checkpointed(std::function<Tensor(const Tensor&)> block, const Tensor& input,
                    const std::vector<Tensor>& parameters) {
  if (!torch::GradMode::is_enabled()) return block(input);
  auto first = c10::make_intrusive<FirstPass>(std::move(block), input.device());
  return CheckpointFunction::apply(input, at::TensorList(parameters), first);
}

}  // namespace topfive::models
