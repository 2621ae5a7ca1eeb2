#include "topfive/engine/inspect_checkpoint.h"

#include <cstdio>

#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include "topfive/base/text.h"
#include "topfive/engine/checkpoint.h"
#include "topfive/engine/checkpoint_store.h"
#include "topfive/engine/preprocessing.h"
#include "topfive/models/registry.h"
#include "topfive/weights/scalar_types.h"
#include "topfive/weights/tensor_file.h"
#include "topfive/weights/vit_names.h"
#include "topfive/weights/weight_source.h"

namespace topfive::engine {
namespace {

using Json = nlohmann::ordered_json;

torch::Tensor read_tensor(const weights::WeightSource& source, std::size_t index) {
  const weights::TensorOutline& outline = source.outlines()[index];
  torch::Tensor tensor = torch::empty(outline.shape, weights::scalar_type(outline.dtype));
  source.read(index, {static_cast<std::byte*>(tensor.mutable_data_ptr()), tensor.nbytes()});
  return tensor;
}

// Of the numbers that are finite.
Json value_facts(const weights::WeightSource& source, std::size_t index) {
  const auto values = read_tensor(source, index).to(torch::kFloat64);
  const auto finite = values.masked_select(values.isfinite());
  Json facts = {{"not_finite", values.numel() - finite.numel()}};
  if (finite.numel() == 0) return facts;
  facts["min"] = finite.min().item<double>();
  facts["mean"] = finite.mean().item<double>();
  facts["max"] = finite.max().item<double>();
  return facts;
}

Json tensor_list(const weights::WeightSource& source) {
  Json tensors = Json::array();
  for (std::size_t i = 0; i < source.outlines().size(); ++i) {
    const weights::TensorOutline& outline = source.outlines()[i];
    Json tensor = {{"name", weights::shown_name(outline.name)},
                   {"dtype", weights::dtype_name(outline.dtype)},
                   {"shape", outline.shape}};
    tensor.update(value_facts(source, i));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

void add_weights(Json& json, const std::filesystem::path& file, bool with_tensors) {
  const auto source = weights::open_weights(file);
  const WeightFacts facts = read_weight_facts(source->metadata(), file.string());
  std::uint64_t numbers = 0;
  std::uint64_t bytes = 0;
  for (const auto& outline : source->outlines()) {
    numbers += outline.bytes() / weights::dtype_size(outline.dtype);
    bytes += outline.bytes();
  }
  json["weights"] = {{"file", file.string()},
                     {"format", source->description()},
                     {"tensors", source->outlines().size()},
                     {"numbers", numbers},
                     {"bytes", bytes}};
  if (facts.model) json["model"] = models::model_alternatives().dump(*facts.model);
  if (facts.preprocessing) json["preprocessing"] = Preprocessing::fields().dump(*facts.preprocessing);
  if (!facts.class_names.empty()) json["classes"] = facts.class_names.size();
  if (with_tensors) json["tensors"] = tensor_list(*source);
}

// The same weights as safetensors, under torchvision's names or timm's.
void write_weights(const std::filesystem::path& file, const InspectCheckpointRequest& request) {
  const auto source = weights::open_weights(file);
  weights::NamedTensors tensors;
  for (std::size_t i = 0; i < source->outlines().size(); ++i) {
    const std::string& name = source->outlines()[i].name;
    const std::string ours = weights::torchvision_vit_name(name);
    tensors.emplace_back(request.timm_names ? weights::timm_vit_name(ours) : name, read_tensor(*source, i));
  }
  weights::Metadata metadata = source->metadata();
  metadata.emplace("format", "pt");
  weights::save_tensors(request.write, tensors, metadata);
}

void add_state(Json& json, const std::filesystem::path& checkpoint) {
  const StateFile saved = read_state_file(checkpoint);
  json["checkpoint"] = {{"path", checkpoint.string()},
                        {"verified", true},
                        {"step", saved.state.step},
                        {"epochs", saved.state.epoch},
                        {"batch_in_epoch", saved.state.batch_in_epoch},
                        {"bad_images", saved.state.bad_images},
                        {"topfive", saved.provenance.topfive_version},
                        {"commit", saved.provenance.commit},
                        {"libtorch", saved.provenance.libtorch_version}};
  if (saved.state.best_step >= 0) {
    json["checkpoint"]["best_top1_error"] = saved.state.best_top1_error;
    json["checkpoint"]["best_step"] = saved.state.best_step;
  }
}

std::string plain(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return base::with_thousands(value.get<std::int64_t>());
  return value.dump();
}

std::string number_text(const Json& tensor, const char* key) {
  if (!tensor.contains(key)) return "        -";
  char text[32];
  std::snprintf(text, sizeof text, "%9.3g", tensor[key].get<double>());
  return text;
}

std::string tensor_lines(const Json& tensors) {
  std::size_t width = 4;
  for (const Json& tensor : tensors) width = std::max(width, tensor["name"].get<std::string>().size());
  std::string text = "\n" + std::string("name") + std::string(width - 4, ' ') +
                     "  type  shape               min      mean       max  not finite\n";
  for (const Json& tensor : tensors) {
    const std::string name = tensor["name"].get<std::string>();
    std::string shape = tensor["shape"].dump();
    shape.resize(std::max<std::size_t>(shape.size(), 16), ' ');
    text += name + std::string(width - name.size(), ' ') + "  " + plain(tensor["dtype"]) + "   " + shape +
            number_text(tensor, "min") + " " + number_text(tensor, "mean") + " " + number_text(tensor, "max") + "  " +
            plain(tensor["not_finite"]) + "\n";
  }
  return text;
}

std::string as_text(const Json& json) {
  std::string text;
  for (const auto& [section, value] : json.items()) {
    if (section == "tensors") continue;
    if (!value.is_object()) {
      text += section + ": " + plain(value) + "\n";
      continue;
    }
    text += section + "\n";
    for (const auto& [key, entry] : value.items()) {
      text += "  " + key + std::string(key.size() < 17 ? 17 - key.size() : 1, ' ') + plain(entry) + "\n";
    }
  }
  return json.contains("tensors") ? text + tensor_lines(json["tensors"]) : text;
}

}  // namespace

std::string inspect_checkpoint(const InspectCheckpointRequest& request) {
  Json json = Json::object();
  std::filesystem::path file = request.path;
  if (!std::filesystem::is_regular_file(request.path)) {
    const auto checkpoint = resolve_checkpoint(request.path);
    verify_checkpoint(checkpoint);
    add_state(json, checkpoint);
    file = checkpoint / "model.safetensors";
  }
  add_weights(json, file, request.tensors);
  if (!request.write.empty()) {
    write_weights(file, request);
    json["written"] = request.write.string();
  }
  return request.json ? json.dump(2) + "\n" : as_text(json);
}

}  // namespace topfive::engine
