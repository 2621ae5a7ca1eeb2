#include "topfive/optim/named_tensors.h"

#include <unordered_map>

#include <torch/torch.h>

#include "topfive/base/error.h"

namespace topfive::optim {

void fail_on_state(const std::string& what, const std::string& problem) {
  throw base::UserError(base::ExitCode::kBadData,
                        what + ": " + problem + "; it was saved with another model or recipe, or it is damaged");
}

void copy_by_name(const NamedTensors& to, const NamedTensors& from, const std::string& what) {
  const torch::NoGradGuard no_grad;
  const std::unordered_map<std::string, torch::Tensor> given(from.begin(), from.end());
  // All names are compared first, so that a refused state changes nothing.
  for (const auto& [name, tensor] : to) {
    const auto found = given.find(name);
    if (found == given.end()) fail_on_state(what, name + " is missing");
    if (found->second.sizes() != tensor.sizes()) fail_on_state(what, name + " has another shape");
  }
  if (given.size() != to.size()) fail_on_state(what, "it holds tensors that do not belong there");
  for (const auto& [name, tensor] : to) tensor.copy_(given.at(name));
}

torch::Tensor find_tensor(const NamedTensors& tensors, const std::string& name) {
  for (const auto& [key, tensor] : tensors) {
    if (key == name) return tensor;
  }
  return {};
}

}  // namespace topfive::optim
