#include "topfive/loss/loss_config.h"

#include "support/catch.h"

namespace topfive::loss {
namespace {

LossConfig parse_loss(const std::string& json) {
  const auto document = base::ConfigDocument::parse(json, "test.json");
  return LossConfig::fields().parse(base::ConfigNode(document));
}

}  // namespace

TEST_CASE("a loss is cross-entropy without smoothing or mixing unless asked") {
  CHECK(parse_loss("{}").label_smoothing == 0.0);
  CHECK(parse_loss("{}").auxiliary_weight == 0.3);
  CHECK(parse_loss(R"({"label_smoothing": 0.1, "auxiliary_weight": 0})").label_smoothing == 0.1);
}

TEST_CASE("a smoothing that leaves nothing of the label is refused") {
  const std::string value = GENERATE(as<std::string>{}, "1", "1.5", "-0.1");
  CHECK_THROWS_WITH(parse_loss("{\"label_smoothing\": " + value + "}"), ContainsSubstring("label_smoothing"));
}

TEST_CASE("what belongs to binary cross-entropy is refused elsewhere") {
  CHECK(parse_loss(R"({"type": "binary_cross_entropy", "target_threshold": 0.2})").target_threshold == 0.2);
  CHECK_THROWS_WITH(parse_loss(R"({"target_threshold": 0.2})"), ContainsSubstring("binary_cross_entropy"));
  CHECK_THROWS_WITH(parse_loss(R"({"sum_classes": true})"), ContainsSubstring("binary_cross_entropy"));
  CHECK_THROWS_WITH(parse_loss(R"({"type": "binary_cross_entropy", "target_threshold": 1})"),
                    ContainsSubstring("target_threshold must be below 1"));
}

TEST_CASE("mixing is off unless a kind is on and some batches are to be mixed") {
  CHECK_FALSE(mixes(parse_loss("{}")));
  CHECK(mixes(parse_loss(R"({"mixup_alpha": 0.2})")));
  CHECK(mixes(parse_loss(R"({"cutmix_alpha": 1})")));
  CHECK_FALSE(mixes(parse_loss(R"({"cutmix_alpha": 1, "mix_probability": 0})")));
}

}  // namespace topfive::loss
