#include "topfive/weights/state_dict_finder.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "topfive/base/error.h"
#include "topfive/weights/safetensors_header.h"

namespace topfive::weights {
namespace {

// In the order of preference: the weights that were trained before their running averages.
constexpr std::array<std::string_view, 9> kContainers = {"state_dict", "model",     "model_state_dict", "module", "net",
                                                         "network",    "model_ema", "state_dict_ema",   "ema"};
constexpr std::array<std::string_view, 2> kWrapperPrefixes = {"module.", "_orig_mod."};
constexpr int kDeepestContainer = 2;

bool holds_tensors(const PickleTree& tree, const PickleValue& value) {
  if (value.kind != PickleKind::kDict) return false;
  for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
    const bool named = tree.at(value.items[i]).kind == PickleKind::kText;
    if (named && tree.at(value.items[i + 1]).kind == PickleKind::kTensor) return true;
  }
  return false;
}

// The value under a name; the last one counts, as in Python.
std::optional<PickleIndex> value_of(const PickleTree& tree, const PickleValue& dict, std::string_view name) {
  std::optional<PickleIndex> found;
  if (dict.kind != PickleKind::kDict) return found;
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    if (tree.text(dict.items[i]) == name) found = dict.items[i + 1];
  }
  return found;
}

struct Place {
  PickleIndex dict;
  std::string path;    // "model", empty for the top
  std::string others;  // containers beside it that hold tensors too
};

std::optional<Place> search(const PickleTree& tree, PickleIndex index, int depth) {
  const PickleValue& value = tree.at(index);
  if (holds_tensors(tree, value)) return Place{index, "", ""};
  if (depth == kDeepestContainer) return std::nullopt;
  std::optional<Place> found;
  for (const std::string_view name : kContainers) {
    const auto inner_index = value_of(tree, value, name);
    if (!inner_index) continue;
    auto inner = search(tree, *inner_index, depth + 1);
    if (!inner) continue;
    const std::string path = std::string(name) + (inner->path.empty() ? "" : "." + inner->path);
    if (found) {
      found->others += (found->others.empty() ? "" : ", ") + shown_name(path);
    } else {
      found = Place{inner->dict, path, inner->others};
    }
  }
  return found;
}

std::string names_at_top(const PickleTree& tree) {
  const PickleValue& root = tree.at(tree.root);
  if (root.kind != PickleKind::kDict) return "the file holds no dict";
  std::string names;
  for (std::size_t i = 0; i + 1 < root.items.size() && i < 16; i += 2) {
    names += (names.empty() ? "" : ", ") + shown_name(tree.text(root.items[i]));
  }
  return "at the top it has " + (names.empty() ? "nothing" : names) + (root.items.size() > 16 ? ", ..." : "");
}

// Removes a prefix that all names have; true if it did.
bool remove_prefix(std::vector<std::pair<std::string, std::size_t>>& tensors, std::string_view prefix) {
  const bool shared =
      std::all_of(tensors.begin(), tensors.end(), [&](const auto& tensor) { return tensor.first.starts_with(prefix); });
  if (!shared) return false;
  for (auto& tensor : tensors) tensor.first.erase(0, prefix.size());
  return true;
}

void collect_tensors(const PickleTree& tree, const PickleValue& dict, const std::string& file, FoundStateDict& found) {
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const std::string& name = tree.text(dict.items[i]);
    const PickleValue& value = tree.at(dict.items[i + 1]);
    if (value.kind != PickleKind::kTensor || name.empty()) continue;
    if (name.size() > kMaxNameBytes) {
      throw base::UserError(base::ExitCode::kBadData,
                            file + ": tensor name " + shown_name(name) + " is longer than 512 bytes; rename it");
    }
    const auto [place, is_new] = places.emplace(name, found.tensors.size());
    if (is_new) {
      found.tensors.emplace_back(name, static_cast<std::size_t>(value.integer));
    } else {
      found.tensors[place->second].second = static_cast<std::size_t>(value.integer);
    }
  }
}

}  // namespace

FoundStateDict find_state_dict(const PickleTree& tree, const std::string& file) {
  const auto place = search(tree, tree.root, 0);
  if (!place) {
    throw base::UserError(base::ExitCode::kBadData, file + ": no state dict found, " + names_at_top(tree) +
                                                        "; save one in Python: torch.save(model.state_dict(), path)");
  }
  FoundStateDict found;
  collect_tensors(tree, tree.at(place->dict), file, found);
  found.description = place->path.empty() ? "state dict" : "state dict under " + shown_name(place->path);
  if (!place->others.empty()) found.description += " (" + place->others + " is there too)";
  for (const std::string_view prefix : kWrapperPrefixes) {
    if (remove_prefix(found.tensors, prefix)) {
      found.description += ", prefix " + shown_name(std::string(prefix)) + " removed";
    }
  }
  return found;
}

}  // namespace topfive::weights
