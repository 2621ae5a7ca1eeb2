#include <map>
#include <mutex>

#include <ATen/autocast_mode.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <torch/torch.h>

#include "topfive/base/error.h"
#include "topfive/models/channels_last.h"

#include "models/model_checks.h"
#include "support/catch.h"

namespace topfive::models {
namespace {

using torch::Tensor;

// Every network that has blocks, small, with all that draws random numbers or counts passes.
const std::map<std::string, std::pair<std::string, std::vector<std::int64_t>>>& networks() {
  static const std::map<std::string, std::pair<std::string, std::vector<std::int64_t>>> kNetworks = {
      {"resnet",
       {R"({"type": "resnet", "family": "cifar", "depth": 14, "num_classes": 5, "stochastic_depth": 0.3})",
        {6, 3, 16, 16}}},
      {"bottleneck", {R"({"type": "resnet", "depth": 50, "num_classes": 5})", {2, 3, 32, 32}}},
      {"vgg", {R"({"type": "vgg", "configuration": "A", "batch_norm": true, "num_classes": 5})", {2, 3, 32, 32}}},
      {"googlenet", {R"({"type": "googlenet", "variant": "bn", "num_classes": 5})", {2, 3, 64, 64}}},
      {"vit",
       {R"({"type": "vit", "size": "Ti", "patch_size": 8, "image_size": 16, "num_classes": 5, "dropout": 0.2,
            "attention_dropout": 0.1, "stochastic_depth": 0.2})",
        {3, 3, 16, 16}}}};
  return kNetworks;
}

struct Outcome {
  Tensor loss;
  std::vector<Tensor> gradients;
  std::vector<Tensor> buffers;
  Tensor next_random_number;
};

Outcome one_step(const std::string& json, const std::vector<std::int64_t>& shape, bool checkpointing, bool half) {
  torch::manual_seed(11);
  const auto model = build_model(parse_model(json));
  use_channels_last(*model);
  model->set_activation_checkpointing(checkpointing);
  const Tensor images = torch::randn(shape).contiguous(torch::MemoryFormat::ChannelsLast);
  at::autocast::set_autocast_enabled(at::kCPU, half);
  at::autocast::set_autocast_dtype(at::kCPU, torch::kBFloat16);
  Tensor logits = model->forward(images).logits;
  at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(at::kCPU, false);
  Outcome outcome;
  outcome.loss = logits.to(torch::kFloat32).pow(2).sum();
  outcome.loss.backward();
  for (const Tensor& parameter : model->parameters()) outcome.gradients.push_back(parameter.grad());
  outcome.buffers = model->buffers();
  outcome.next_random_number = torch::rand({1});
  return outcome;
}

bool equal(const std::vector<Tensor>& some, const std::vector<Tensor>& others) {
  if (some.size() != others.size()) return false;
  for (std::size_t i = 0; i < some.size(); ++i) {
    if (some[i].defined() != others[i].defined()) return false;
    if (some[i].defined() && !some[i].equal(others[i])) return false;
  }
  return true;
}

// The memory of tensors at its highest.
class Meter : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void* /*pointer*/, std::int64_t bytes, std::size_t /*allocated*/, std::size_t /*reserved*/,
                         c10::Device /*device*/) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    now_ += bytes;
    peak_ = std::max(peak_, now_);
  }
  bool memoryProfilingEnabled() const override { return true; }
  std::int64_t peak() const { return peak_; }

 private:
  std::mutex mutex_;
  std::int64_t now_ = 0;
  std::int64_t peak_ = 0;
};

std::int64_t peak_of_a_step(bool checkpointing) {
  const auto model = build_model(parse_model(R"({"type": "resnet", "family": "cifar", "depth": 56})"));
  use_channels_last(*model);
  model->set_activation_checkpointing(checkpointing);
  const Tensor images = torch::randn({8, 3, 32, 32}).contiguous(torch::MemoryFormat::ChannelsLast);
  const auto meter = std::make_shared<Meter>();
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, meter);
  model->forward(images).logits.sum().backward();
  return meter->peak();
}

}  // namespace

TEST_CASE("checkpointed networks have bit for bit the gradients, statistics and random numbers of plain ones") {
  const auto name = GENERATE(as<std::string>(), "resnet", "bottleneck", "vgg", "googlenet", "vit");
  const bool half = GENERATE(false, true);
  CAPTURE(name, half);
  const auto& [json, shape] = networks().at(name);
  const Outcome plain = one_step(json, shape, false, half);
  const Outcome checkpointed = one_step(json, shape, true, half);
  CHECK(plain.loss.equal(checkpointed.loss));
  CHECK(equal(plain.gradients, checkpointed.gradients));
  CHECK(equal(plain.buffers, checkpointed.buffers));
  CHECK(plain.next_random_number.equal(checkpointed.next_random_number));
}

TEST_CASE("checkpointing needs a fraction of the memory of a plain step") {
  const auto plain = peak_of_a_step(false);
  CHECK(plain > 0);
  CHECK(static_cast<double>(peak_of_a_step(true)) < 0.4 * static_cast<double>(plain));
}

TEST_CASE("frozen parameters stay without gradients under checkpointing") {
  const auto model = build_model(parse_model(R"({"type": "resnet", "family": "cifar", "depth": 8})"));
  model->set_activation_checkpointing(true);
  for (auto& item : model->named_parameters()) {
    if (item.key().starts_with("layer1")) item.value().set_requires_grad(false);
  }
  model->forward(torch::randn({2, 3, 16, 16})).logits.sum().backward();
  for (const auto& item : model->named_parameters()) {
    CAPTURE(item.key());
    CHECK(item.value().grad().defined() == !item.key().starts_with("layer1"));
  }
}

TEST_CASE("networks without repeated blocks refuse checkpointing in a sentence") {
  const auto type = GENERATE(as<std::string>(), R"({"type": "lenet5"})",
                             R"({"type": "alexnet", "variant": "small", "image_size": 32})");
  const auto model = build_model(parse_model(type));
  CHECK_THROWS_AS(model->set_activation_checkpointing(true), base::UserError);
  CHECK_NOTHROW(model->set_activation_checkpointing(false));
}

}  // namespace topfive::models
