#include "topfive/augment/auto_augment.h"
#include "topfive/augment/magnitudes.h"

#include "image/golden_file.h"
#include "support/catch.h"

using namespace topfive::augment;

namespace {

Op op_named(const std::string& name) {
  for (const auto& [known, op] : op_names()) {
    if (known == name) return op;
  }
  throw std::logic_error("unknown operation " + name);
}

void check_torchvision(const nlohmann::json& table, Scale scale) {
  const cv::Size size(table["size"][0], table["size"][1]);
  const int steps = table["steps"];
  for (const auto& [name, values] : table["arguments"].items()) {
    for (int step = 0; step < steps; ++step) {
      CAPTURE(name, step, steps, size.width);
      const double expected = values[static_cast<std::size_t>(step)];
      CHECK(torchvision_op(op_named(name), scale, step, steps, size).argument == Approx(expected).epsilon(1e-6));
    }
  }
}

}  // namespace

TEST_CASE("every step of a strength gives torchvision's argument") {
  const auto golden = topfive::test::read_golden("auto_augment");
  REQUIRE(golden["usual"].size() == 4);
  for (const auto& table : golden["usual"]) {
    CHECK(table["arguments"].size() == 11);
    check_torchvision(table, Scale::kUsual);
  }
  for (const auto& table : golden["wide"]) check_torchvision(table, Scale::kWide);
}

TEST_CASE("levels from 0 to 10 give timm's arguments") {
  const auto golden = topfive::test::read_golden("auto_augment");
  for (const auto& table : golden["timm_increasing"]) {
    const cv::Size size(table["size"][0], table["size"][1]);
    CHECK(table["arguments"].size() == 15);
    for (const auto& [name, values] : table["arguments"].items()) {
      for (int i = 0; i <= 40; ++i) {
        CAPTURE(name, i);
        const double expected = values[static_cast<std::size_t>(i)];
        CHECK(timm_increasing_op(op_named(name), i / 4.0, size).argument == Approx(expected).margin(1e-12));
      }
    }
  }
  CHECK(timm_increasing_op(Op::kRotate, 11, {}).argument == 30);
  CHECK(timm_increasing_op(Op::kRotate, -1, {}).argument == 0);
}

TEST_CASE("the other direction of a blend is as far below one, that of the rest is negative") {
  CHECK(reversed({Op::kContrast, 1.3}).argument == Approx(0.7));
  CHECK(reversed({Op::kRotate, 30}).argument == -30);
}

TEST_CASE("the learned policies are torchvision's") {
  const auto golden = topfive::test::read_golden("auto_augment")["policies"];
  const auto [name, policy] = GENERATE(table<std::string, AutoAugmentPolicy>({
      {"imagenet", AutoAugmentPolicy::kImagenet},
      {"cifar10", AutoAugmentPolicy::kCifar10},
      {"svhn", AutoAugmentPolicy::kSvhn},
  }));
  const Policy& pairs = auto_augment_policy(policy);
  REQUIRE(golden[name].size() == pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    for (std::size_t k = 0; k < 2; ++k) {
      const auto& expected = golden[name][i][k];
      CAPTURE(name, i, k, expected);
      CHECK(pairs[i][k].op == op_named(expected[0]));
      CHECK(pairs[i][k].probability == expected[1]);
      CHECK(pairs[i][k].step == (expected[2].is_null() ? 0 : expected[2].get<int>()));
    }
  }
}
