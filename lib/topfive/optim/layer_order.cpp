#include "topfive/optim/layer_order.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace topfive::optim {
namespace {

constexpr const char* kBlock = "encoder_layer_";
constexpr const char* kHeads = "<heads>";

std::vector<std::string> split(const std::string& name) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', start)) {
    parts.push_back(name.substr(start, dot - start));
    start = dot + 1;
  }
  parts.push_back(name.substr(start));
  return parts;
}

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// The module that stands for the layer.
std::string module_of(const std::string& name) {
  std::vector<std::string> parts = split(name);
  if (parts[0] == "class_token" || parts[0] == "conv_proj" || parts.back() == "pos_embedding") return "<stem>";
  if (parts[0].starts_with("aux") && parts.size() > 1) return kHeads;
  if (parts[0].starts_with("column") && parts.size() > 2) parts.erase(parts.begin());
  for (const std::string& part : parts) {
    if (part.starts_with(kBlock)) return part;
  }
  const bool in_sequence = parts.size() > 2 && is_number(parts[1]);
  return in_sequence ? parts[0] + "." + parts[1] : parts[0];
}

}  // namespace

LayerOrder layer_order(const std::vector<NamedShape>& parameters) {
  std::map<std::string, bool> has_weights;
  for (const NamedShape& parameter : parameters) {
    bool& found = has_weights[module_of(parameter.name)];
    found = found || parameter.dimensions > 1;
  }
  std::map<std::string, std::size_t> known;
  LayerOrder order;
  for (const NamedShape& parameter : parameters) {
    const std::string module = module_of(parameter.name);
    if (module != kHeads && !known.contains(module)) {
      if (has_weights[module] || order.num_layers == 0) ++order.num_layers;
      known[module] = order.num_layers - 1;
    }
    order.layers.push_back(module == kHeads ? 0 : known[module]);
  }
  order.num_layers = std::max<std::size_t>(order.num_layers, 1);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (module_of(parameters[i].name) == kHeads) order.layers[i] = order.num_layers - 1;
  }
  return order;
}

}  // namespace topfive::optim
