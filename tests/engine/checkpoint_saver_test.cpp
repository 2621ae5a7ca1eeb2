#include "topfive/engine/checkpoint_saver.h"

#include <fstream>
#include <sstream>
#include <string>

#include "topfive/engine/checkpoint.h"
#include "topfive/engine/host_copy.h"
#include "topfive/weights/module_tensors.h"
#include "topfive/weights/tensor_file.h"

#include "small_run.h"
#include "support/catch.h"

namespace fs = std::filesystem;
using topfive::engine::CheckpointSaver;
using topfive::engine::CheckpointTensors;
using topfive::engine::HostCopy;
using topfive::tests::small_config;
using topfive::tests::TemporaryDirectory;

namespace {

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// A network with batch normalisation and its optimizer, in channels-last memory.
struct Network {
  Network()
      : config(small_config()),
        model(topfive::engine::make_model(config, torch::kCPU)),
        optimizer(topfive::optim::make_optimizer(config.optimizer, *model)) {}
  CheckpointTensors tensors() { return {*model, *optimizer}; }
  topfive::engine::RunConfig config;
  std::shared_ptr<topfive::models::ImageClassifier> model;
  std::unique_ptr<topfive::optim::Optimizer> optimizer;
};

topfive::engine::StateFile state_at(std::int64_t step) {
  topfive::engine::StateFile state;
  state.state.step = step;
  state.provenance.config_json = "{}";
  return state;
}

}  // namespace

TEST_CASE("a checkpoint holds what the weights were when it was asked for, in the bytes of a plain file", "[engine]") {
  const TemporaryDirectory scratch;
  Network network;
  const topfive::weights::Metadata metadata = {{"k", "v"}};
  topfive::weights::save_tensors(scratch / "plain", topfive::weights::module_tensors(*network.model), metadata);
  CheckpointSaver saver(scratch / "checkpoints", network.config.checkpoint);
  bool synced = false;
  saver.save({.tensors = network.tensors(),
              .state = state_at(3),
              .metadata = metadata,
              .is_best = false,
              .top1_error = 0.25,
              .sync_logs = [&] { synced = true; }});
  {
    const torch::NoGradGuard no_grad;
    for (auto& parameter : network.model->parameters()) parameter.add_(1.0);
  }
  saver.finish();
  CHECK(synced);
  CHECK(content_of(scratch / "checkpoints/last/model.safetensors") == content_of(scratch / "plain"));
  CHECK(topfive::engine::read_manifest(scratch / "checkpoints/last").top1_error == 0.25);
}

TEST_CASE("copies keep their memory from save to save and are dense and row-major", "[engine]") {
  const auto source = torch::rand({2, 3, 4, 5}).to(torch::MemoryFormat::ChannelsLast);
  const auto counter = torch::full({}, 7, torch::kLong);
  HostCopy copy;
  copy.take({{"weight", source}, {"counter", counter}});
  const void* const memory = copy.tensors().front().second.const_data_ptr();
  source.add_(1);
  copy.take({{"weight", source}, {"counter", counter}});
  const auto& [name, tensor] = copy.tensors().front();
  CHECK(name == "weight");
  CHECK(tensor.const_data_ptr() == memory);
  CHECK(tensor.is_contiguous());
  CHECK(torch::equal(tensor, source));
  CHECK(copy.tensors()[1].second.item<std::int64_t>() == 7);
}

TEST_CASE("a copy follows a tensor that changes its shape, and forgets one that is gone", "[engine]") {
  HostCopy copy;
  copy.take({{"a", torch::ones({2})}, {"b", torch::ones({2})}});
  copy.take({{"a", torch::ones({3, 3})}});
  REQUIRE(copy.tensors().size() == 1);
  CHECK(torch::equal(copy.tensors()[0].second, torch::ones({3, 3})));
}
