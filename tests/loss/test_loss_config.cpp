#include "topfive/loss/loss_config.h"

#include "support/catch.h"

namespace topfive::loss {
namespace {

LossConfig parse_loss(const std::string& json) {
  const auto document = base::ConfigDocument::parse(json, "test.json");
  return LossConfig::fields().parse(base::ConfigNode(document));
}

}  // namespace

TEST_CASE("a loss is configured by its two numbers") {
  CHECK(parse_loss("{}").label_smoothing == 0.0);
  CHECK(parse_loss("{}").auxiliary_weight == 0.3);
  CHECK(parse_loss(R"({"label_smoothing": 0.1, "auxiliary_weight": 0})").label_smoothing == 0.1);
}

TEST_CASE("a smoothing that leaves nothing of the label is refused") {
  const std::string value = GENERATE(as<std::string>{}, "1", "1.5", "-0.1");
  CHECK_THROWS_WITH(parse_loss("{\"label_smoothing\": " + value + "}"), ContainsSubstring("label_smoothing"));
}

}  // namespace topfive::loss
