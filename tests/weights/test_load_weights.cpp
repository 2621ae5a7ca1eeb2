#include <torch/torch.h>

#include "topfive/base/config_node.h"
#include "topfive/base/error.h"
#include "topfive/models/registry.h"
#include "topfive/weights/load_weights.h"
#include "topfive/weights/module_tensors.h"
#include "topfive/weights/tensor_file.h"
#include "topfive/weights/vit_names.h"

#include "support/catch.h"
#include "support/temporary_directory.h"

namespace topfive::weights {
namespace {

std::shared_ptr<models::ImageClassifier> build(const std::string& json, int seed) {
  torch::manual_seed(seed);
  const auto document = base::ConfigDocument::parse("{" + json + "}", "test.json");
  auto model = models::build_model(models::model_alternatives().parse(base::ConfigNode(document)));
  model->eval();
  return model;
}

const char* const kSmall = R"("type": "alexnet", "variant": "small", "image_size": 32, "num_classes": 5)";
const char* const kVit = R"("type": "vit", "size": "Ti", "image_size": 64, "num_classes": 4, "init": "timm")";

class SavedModel {
 public:
  explicit SavedModel(const NamedTensors& tensors) {
    save_tensors(path(), tensors);
    source_ = open_weights(path());
  }
  std::filesystem::path path() const { return directory_ / "w.safetensors"; }
  const WeightSource& source() const { return *source_; }

 private:
  tests::TemporaryDirectory directory_;
  std::unique_ptr<WeightSource> source_;
};

bool equal_tensors(const torch::nn::Module& a, const torch::nn::Module& b) {
  const auto left = module_tensors(a);
  const auto right = module_tensors(b);
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!torch::equal(left[i].second, right[i].second)) return false;
  }
  return left.size() == right.size();
}

std::string refusal(torch::nn::Module& module, const WeightSource& source, LoadPolicy policy) {
  NamedTensors before;
  for (const auto& [name, tensor] : module_tensors(module)) before.emplace_back(name, tensor.clone());
  try {
    load_weights(module, source, policy, "w.safetensors");
  } catch (const base::UserError& error) {
    // A refused load leaves the module as it was.
    const auto after = module_tensors(module);
    for (std::size_t i = 0; i < before.size(); ++i) REQUIRE(torch::equal(before[i].second, after[i].second));
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("weights that fit are loaded under every policy, whatever the type in the file") {
  const auto policy = GENERATE(LoadPolicy::kStrict, LoadPolicy::kHeadOnly, LoadPolicy::kPartial);
  const auto type = GENERATE(torch::kFloat32, torch::kFloat64, torch::kFloat16);
  const auto saved = build(kSmall, 1);
  NamedTensors tensors;
  for (const auto& [name, tensor] : module_tensors(*saved)) tensors.emplace_back(name, tensor.to(type));
  for (auto& parameter : saved->parameters()) parameter.detach().copy_(parameter.detach().to(type));
  const SavedModel file(tensors);
  const auto model = build(kSmall, 2);
  const auto report = load_weights(*model, file.source(), policy, "w.safetensors");
  CHECK(report.complete());
  CHECK(report.loaded == tensors.size());
  CHECK(equal_tensors(*model, *saved));
}

TEST_CASE("a head for another number of classes is replaced where the policy allows, and said so") {
  const auto saved = build(kSmall, 1);
  const SavedModel file(module_tensors(*saved));
  const auto model = build(R"("type": "alexnet", "variant": "small", "image_size": 32, "num_classes": 7)", 2);
  const auto head = model->named_parameters()["fc8.weight"].clone();
  CHECK(head_name(*model) == "fc8");
  CHECK(classes_in(file.source(), *model) == 5);
  CHECK_THAT(refusal(*model, file.source(), LoadPolicy::kStrict),
             ContainsSubstring("\"fc8.weight\" is [5, 512], must be [7, 512]") && ContainsSubstring("--head-only"));
  const auto report = load_weights(*model, file.source(), LoadPolicy::kHeadOnly, "w.safetensors");
  CHECK(report.complete());
  REQUIRE(report.remarks.size() == 1);
  CHECK(report.remarks[0] == "head fc8 replaced: 5 classes in the file, 7 here");
  CHECK(torch::equal(model->named_parameters()["fc8.weight"], head));
  CHECK(torch::equal(model->named_parameters()["fc7.weight"], saved->named_parameters()["fc7.weight"]));
}

TEST_CASE("missing, unexpected and differently shaped tensors are told apart, and partial loads the rest") {
  const auto saved = build(kSmall, 1);
  NamedTensors tensors;
  for (const auto& [name, tensor] : module_tensors(*saved)) {
    if (name == "conv1.bias") continue;
    tensors.emplace_back(name, name == "conv3.weight" ? tensor.narrow(0, 0, 8).clone() : tensor);
  }
  tensors.emplace_back("extra.weight", torch::ones({2}));
  const SavedModel file(tensors);
  const auto model = build(kSmall, 2);
  const auto policy = GENERATE(LoadPolicy::kStrict, LoadPolicy::kHeadOnly);
  CHECK_THAT(refusal(*model, file.source(), policy),
             ContainsSubstring("missing: \"conv1.bias\"") && ContainsSubstring("unexpected: \"extra.weight\"") &&
                 ContainsSubstring("\"conv3.weight\" is [8, 64, 3, 3], must be [96, 64, 3, 3]") &&
                 ContainsSubstring("--partial"));
  const auto report = load_weights(*model, file.source(), LoadPolicy::kPartial, "w.safetensors");
  CHECK(report.missing == std::vector<std::string>{"conv1.bias"});
  CHECK(report.unexpected == std::vector<std::string>{"extra.weight"});
  CHECK(report.table() ==
        "  missing     \"conv1.bias\"    keeps its initial values\n"
        "  unexpected  \"extra.weight\"  not used\n"
        "  shape       \"conv3.weight\"  [8, 64, 3, 3] in the file, [96, 64, 3, 3] here\n");
  CHECK(torch::equal(model->named_parameters()["fc7.weight"], saved->named_parameters()["fc7.weight"]));
}

TEST_CASE("a file of which nothing fits is refused even in part") {
  const SavedModel file({{"other.weight", torch::ones({2})}});
  CHECK_THAT(refusal(*build(kSmall, 1), file.source(), LoadPolicy::kPartial), ContainsSubstring("weights of another"));
}

TEST_CASE("num_batches_tracked may be missing, as in files from before torch 0.4") {
  const std::string json = std::string(kSmall) + R"(, "batch_norm": true)";
  const auto saved = build(json, 1);
  NamedTensors tensors;
  for (const auto& item : module_tensors(*saved)) {
    if (!item.first.ends_with("num_batches_tracked")) tensors.push_back(item);
  }
  CHECK(load_weights(*build(json, 2), SavedModel(tensors).source(), LoadPolicy::kStrict, "w").complete());
}

TEST_CASE("names of timm's vision transformers are understood") {
  const auto saved = build(kVit, 1);
  NamedTensors tensors;
  for (const auto& [name, tensor] : module_tensors(*saved)) tensors.emplace_back(timm_vit_name(name), tensor);
  CHECK(tensors[0].first == "cls_token");
  const SavedModel file(tensors);
  const auto model = build(kVit, 2);
  CHECK(classes_in(file.source(), *model) == 4);
  load_weights(*model, file.source(), LoadPolicy::kStrict, "w.safetensors");
  CHECK(equal_tensors(*model, *saved));
}

TEST_CASE("a position embedding of another picture size is resampled and said so, but not when strict") {
  const auto saved = build(kVit, 1);
  const SavedModel file(module_tensors(*saved));
  const auto model = build(R"("type": "vit", "size": "Ti", "image_size": 96, "num_classes": 4)", 2);
  CHECK_THAT(refusal(*model, file.source(), LoadPolicy::kStrict),
             ContainsSubstring("is [1, 17, 192], must be [1, 37, 192]"));
  const auto report = load_weights(*model, file.source(), LoadPolicy::kHeadOnly, "w.safetensors");
  REQUIRE(report.remarks.size() == 1);
  CHECK(report.remarks[0] == "position embedding resampled from 17 to 37 tokens");
  const auto before = saved->named_parameters()["encoder.pos_embedding"];
  const auto after = model->named_parameters()["encoder.pos_embedding"];
  CHECK(torch::equal(after[0][0], before[0][0]));
  CHECK(torch::allclose(after[0][36], before[0][16], 1e-5, 1e-6));
}

TEST_CASE("whole numbers do not pass for weights") {
  const auto saved = build(kSmall, 1);
  NamedTensors tensors;
  for (const auto& [name, tensor] : module_tensors(*saved)) {
    tensors.emplace_back(name, name == "fc7.bias" ? tensor.to(torch::kInt64) : tensor);
  }
  const SavedModel file(tensors);
  CHECK_THAT(refusal(*build(kSmall, 2), file.source(), LoadPolicy::kStrict), ContainsSubstring("\"fc7.bias\""));
}

}  // namespace topfive::weights
