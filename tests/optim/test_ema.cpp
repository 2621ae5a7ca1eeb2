// Weight averages against torch.optim.swa_utils (tests/golden/clip_ema_scaler.py).
#include "topfive/optim/ema.h"

#include "golden_network.h"
#include "support/catch.h"
#include "tensor_copies.h"

namespace topfive::optim {
namespace {

void set_values(torch::nn::BatchNorm1dImpl& module, int step) {
  const torch::NoGradGuard no_grad;
  module.weight.copy_(wave({3}, 0.3 * step, 0.7));
  module.bias.copy_(wave({3}, 0.5 * step, 0.9));
  module.running_mean.copy_(wave({3}, 0.7 * step, 1.1));
  module.running_var.copy_(wave({3}, 0.9 * step, 1.3) + 2.0);
  module.num_batches_tracked.fill_(step + 1);
}

EmaConfig with_decay(double decay) {
  EmaConfig config;
  config.decay = decay;
  return config;
}

}  // namespace

TEST_CASE("averages of parameters and buffers equal PyTorch's over 20 steps") {
  for (const auto& item : golden_values("clip_ema_scaler.json")["average"]) {
    torch::nn::BatchNorm1d module(3);
    Ema ema(with_decay(item["decay"]), {}, *module);
    for (int step = 0; step < 20; ++step) {
      set_values(*module, step);
      ema.update(step + 1);
    }
    std::size_t compared = 0;
    for (const auto& [name, tensor] : ema.tensors()) {
      CAPTURE(name);
      if (name == "num_batches_tracked") {
        CHECK(tensor.item<std::int64_t>() == 20);
      } else {
        CHECK(difference(tensor, item["tensors"][name]) < 1e-6);
        ++compared;
      }
    }
    CHECK(compared == item["tensors"].size());
  }
}

TEST_CASE("the decay of each update is the one that was asked for") {
  EmaConfig config = with_decay(0.9);
  const EmaRun run{10, 256, 100.0};
  CHECK(ema_decay(config, run, 1) == 0.0);
  CHECK(ema_decay(config, run, 2) == 0.9);
  config.warmup = true;
  CHECK(ema_decay(config, run, 2) == Approx(2.0 / 11.0));
  CHECK(ema_decay(config, run, 11) == Approx(11.0 / 20.0));
  CHECK(ema_decay(config, run, 1000) == 0.9);
  config.start_epochs = 2;
  CHECK(ema_decay(config, run, 20) == 0.0);
  CHECK(ema_decay(config, run, 21) == 0.0);
  CHECK(ema_decay(config, run, 22) == Approx(2.0 / 11.0));
  config.every_steps = 5;
  CHECK(ema_decay(config, run, 25) == 0.0);
  CHECK(ema_decay(config, run, 30) == Approx(2.0 / 11.0));
}

// 1 - (1 - 0.99998) * 8 * 128 * 32 / 600 for ResNet-50's second recipe; small runs reach 1, which is a copy.
TEST_CASE("torchvision's decay is rescaled by batch, steps and epochs") {
  EmaConfig config = with_decay(0.99998);
  config.every_steps = 32;
  config.torchvision_rescale = true;
  CHECK(ema_decay(config, {1251, 1024, 600.0}, 64) == Approx(0.9989077333).epsilon(1e-9));
  config.decay = 0.5;
  CHECK(ema_decay(config, {10, 1024, 1.0}, 64) == 0.0);
}

TEST_CASE("between updates the average stands still") {
  torch::nn::BatchNorm1d module(3);
  EmaConfig config = with_decay(0.5);
  config.every_steps = 3;
  Ema ema(config, {}, *module);
  set_values(*module, 1);
  ema.update(3);
  const auto before = copies(ema.tensors());
  set_values(*module, 2);
  ema.update(4);
  ema.update(5);
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(torch::equal(ema.tensors()[i].second, before[i].second));
  ema.update(6);
  CHECK_FALSE(torch::equal(ema.tensors()[0].second, before[0].second));
}

TEST_CASE("an average that is saved and loaded goes on with the same bits") {
  torch::nn::BatchNorm1d module(3);
  Ema straight(with_decay(0.9), {}, *module);
  for (int step = 1; step <= 5; ++step) {
    set_values(*module, step);
    straight.update(step);
  }
  Ema resumed(with_decay(0.9), {}, *module);
  resumed.load(copies(straight.tensors()));
  set_values(*module, 6);
  straight.update(6);
  resumed.update(6);
  for (std::size_t i = 0; i < straight.tensors().size(); ++i) {
    CHECK(torch::equal(straight.tensors()[i].second, resumed.tensors()[i].second));
  }
}

TEST_CASE("averages of another model are refused") {
  torch::nn::BatchNorm1d module(3);
  torch::nn::BatchNorm1d wider(4);
  Ema ema(with_decay(0.9), {}, *module);
  CHECK_THROWS_WITH(ema.load(Ema(with_decay(0.9), {}, *wider).tensors()),
                    ContainsSubstring("weight has another shape"));
  CHECK_THROWS_WITH(ema.load({}), ContainsSubstring("averaged weights: weight is missing"));
}

TEST_CASE("while a swap lives the module holds the average, and afterwards its own bits at the same place") {
  torch::nn::BatchNorm1d module(3);
  Ema ema(with_decay(0.9), {}, *module);
  for (int step = 1; step <= 3; ++step) {
    set_values(*module, step);
    ema.update(step);
  }
  const auto average = copies(ema.tensors());
  const auto weight = module->weight.detach().clone();
  const void* address = module->weight.data_ptr();
  try {
    const Ema::Swap swap(ema);
    CHECK(torch::equal(module->weight, average[0].second));
    CHECK(torch::equal(module->running_mean, average[2].second));
    CHECK(module->weight.data_ptr() == address);
    throw std::runtime_error("an evaluation that fails");
  } catch (const std::runtime_error&) {
    CHECK(torch::equal(module->weight, weight));
  }
  CHECK(module->weight.data_ptr() == address);
  CHECK(module->weight.requires_grad());
  for (std::size_t i = 0; i < average.size(); ++i) CHECK(torch::equal(ema.tensors()[i].second, average[i].second));
}

}  // namespace topfive::optim
