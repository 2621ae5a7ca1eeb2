#include "topfive/weights/load_into_module.h"

#include <unordered_map>

#include <torch/torch.h>

#include "topfive/base/error.h"

namespace topfive::weights {
namespace {

// Collects names for one line of a message: the first three, then how many more.
class Listing {
 public:
  void add(const std::string& text) {
    if (++count_ <= 3) text_ += (text_.empty() ? "" : ", ") + text;
  }
  bool empty() const { return count_ == 0; }
  std::string text(const std::string& title) const {
    if (empty()) return "";
    const std::string more = count_ > 3 ? " and " + std::to_string(count_ - 3) + " more" : "";
    return "; " + title + ": " + text_ + more;
  }

 private:
  std::string text_;
  int count_ = 0;
};

struct Differences {
  Listing missing;
  Listing unexpected;
  Listing shapes;
  Listing types;
  bool none() const { return missing.empty() && unexpected.empty() && shapes.empty() && types.empty(); }
};

std::string shape_text(const torch::Tensor& tensor) {
  std::string text = "[";
  for (std::int64_t i = 0; i < tensor.dim(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(tensor.size(i));
  }
  return text + "]";
}

void compare(const std::string& name, const torch::Tensor& own, const torch::Tensor& given, Differences& differences) {
  if (own.sizes() != given.sizes()) {
    differences.shapes.add(shown_name(name) + " is " + shape_text(given) + ", must be " + shape_text(own));
  } else if (own.is_floating_point() != given.is_floating_point()) {
    differences.types.add(shown_name(name) + " is " + c10::toString(given.scalar_type()) + ", must be " +
                          c10::toString(own.scalar_type()));
  }
}

using Index = std::unordered_map<std::string, torch::Tensor>;

Differences differences_between(const NamedTensors& own, const Index& given, const NamedTensors& listed) {
  Differences differences;
  Index own_index;
  for (const auto& [name, tensor] : own) {
    own_index.emplace(name, tensor);
    const auto found = given.find(name);
    if (found == given.end()) {
      differences.missing.add(shown_name(name));
    } else {
      compare(name, tensor, found->second, differences);
    }
  }
  for (const auto& [name, tensor] : listed) {
    if (!own_index.contains(name)) differences.unexpected.add(shown_name(name));
  }
  return differences;
}

}  // namespace

NamedTensors module_tensors(const torch::nn::Module& module) {
  NamedTensors tensors;
  for (const auto& item : module.named_parameters()) tensors.emplace_back(item.key(), item.value());
  for (const auto& item : module.named_buffers()) tensors.emplace_back(item.key(), item.value());
  return tensors;
}

void load_into_module(torch::nn::Module& module, const NamedTensors& tensors, const std::string& what) {
  const torch::NoGradGuard no_grad;
  NamedTensors own = module_tensors(module);
  const Index given(tensors.begin(), tensors.end());
  const Differences differences = differences_between(own, given, tensors);
  if (!differences.none()) {
    throw base::UserError(base::ExitCode::kBadData,
                          what + ": weights of another model" + differences.missing.text("missing") +
                              differences.unexpected.text("unexpected") + differences.shapes.text("other shape") +
                              differences.types.text("other type") +
                              "; use the model configuration that the weights were made with");
  }
  for (auto& [name, tensor] : own) tensor.copy_(given.at(name));
}

}  // namespace topfive::weights
