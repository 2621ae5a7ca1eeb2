// Clipping against torch and timm (tests/golden/clip_ema_scaler.py).
#include "topfive/optim/gradient_clip.h"

#include "golden_network.h"
#include "support/catch.h"

namespace topfive::optim {
namespace {

ClipConfig parse_clip(const nlohmann::json& config) {
  const auto document = base::ConfigDocument::parse(config.dump(), "clip_ema_scaler.json");
  return ClipConfig::fields().parse(base::ConfigNode(document));
}

}  // namespace

TEST_CASE("clipping by norm, by value and by unit equals Python's and gives the norm from before") {
  const auto cases = golden_values("clip_ema_scaler.json")["clip"];
  REQUIRE(cases.size() == 7);
  for (const auto& item : cases) {
    CAPTURE(item["config"].dump());
    GoldenNetwork network(torch::kFloat32);
    network.set_gradients(item["step"]);
    const ClipConfig config = parse_clip(item["config"]);
    CHECK(config.enabled());
    const auto norm = clip_gradients(parameter_groups(network, {}), config);
    CHECK(norm.item<double>() == Approx(item["norm"].get<double>()).epsilon(1e-6));
    for (const auto& parameter : network.named_parameters()) {
      CAPTURE(parameter.key());
      CHECK(difference(parameter.value().grad(), item["gradients"][parameter.key()]) < 1e-6);
    }
  }
}

TEST_CASE("without a limit the gradients stay as they are and their norm is told") {
  GoldenNetwork network(torch::kFloat32);
  network.set_gradients(3);
  const auto groups = parameter_groups(network, {});
  std::vector<torch::Tensor> before;
  for (const auto& gradient : gradients_of(groups)) before.push_back(gradient.clone());
  const ClipConfig none;
  CHECK_FALSE(none.enabled());
  CHECK(clip_gradients(groups, none).item<double>() == gradient_norm(groups).item<double>());
  const auto after = gradients_of(groups);
  REQUIRE(after.size() == before.size());
  for (std::size_t i = 0; i < after.size(); ++i) CHECK(torch::equal(after[i], before[i]));
}

TEST_CASE("several limits hold together") {
  GoldenNetwork network(torch::kFloat32);
  network.set_gradients(16);
  ClipConfig config;
  config.value = 0.5;
  config.norm = 1.0;
  config.adaptive = 0.5;
  const auto groups = parameter_groups(network, {});
  clip_gradients(groups, config);
  CHECK(gradient_norm(groups).item<double>() <= 1.0 + 1e-6);
  for (const auto& gradient : gradients_of(groups)) CHECK(gradient.abs().max().item<double>() <= 0.5);
}

TEST_CASE("missing gradients are passed over, and a gradient that is not finite shows in the norm") {
  GoldenNetwork network(torch::kFloat32);
  const auto groups = parameter_groups(network, {});
  ClipConfig config;
  config.norm = 1.0;
  config.adaptive = 0.1;
  CHECK(clip_gradients(groups, config).item<double>() == 0.0);
  network.set_gradients(0);
  network.named_parameters()["norm.bias"].mutable_grad().reset();
  CHECK(gradients_of(groups).size() == 4);
  CHECK(clip_gradients(groups, config).item<double>() > 0.0);
  network.named_parameters()["fc.bias"].mutable_grad()[1] = INFINITY;
  CHECK_FALSE(std::isfinite(clip_gradients(groups, config).item<double>()));
}

}  // namespace topfive::optim
