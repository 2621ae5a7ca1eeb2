#include "topfive/augment/transform_config.h"
#include "topfive/base/config_document.h"
#include "topfive/base/config_node.h"
#include "topfive/base/error.h"

#include "support/catch.h"

using namespace topfive::augment;
using topfive::base::ConfigDocument;
using topfive::base::ConfigNode;

namespace {

TransformConfig parse(const std::string& text) {
  const auto document = ConfigDocument::parse(text, "test.json");
  return transform_alternatives().parse(ConfigNode(document));
}

}  // namespace

TEST_CASE("a random_resized_crop reads its fields and keeps the paper's defaults") {
  const auto config = std::get<RandomResizedCropConfig>(
      parse(R"({"op": "random_resized_crop", "size": 176, "filter": "pil_bicubic"})"));
  CHECK(config.size == 176);
  CHECK(config.filter == topfive::image::Filter::kPilBicubic);
  CHECK(config.area == std::vector<double>{0.08, 1.0});
  CHECK(config.aspect == std::vector<double>{3.0 / 4.0, 4.0 / 3.0});
}

TEST_CASE("every op is known by its name and survives a round trip") {
  const std::string text = GENERATE(
      R"({"op": "resize_shorter_side", "size": 232, "filter": "cv_area"})",
      R"({"op": "random_shorter_side", "min_size": 256, "max_size": 480, "filter": "pil_bicubic"})",
      R"({"op": "resize", "height": 8192, "width": 1, "filter": "cv_linear"})", R"({"op": "center_crop", "size": 224})",
      R"({"op": "random_crop", "size": 227})",
      R"({"op": "random_resized_crop", "size": 160, "area": [0.25, 1.0], "aspect": [1.0, 1.0], "filter": "pil_bilinear"})",
      R"({"op": "horizontal_flip", "probability": 0.25})",
      R"({"op": "pad_and_random_crop", "padding": 0, "size": 32, "fill": 128})",
      R"({"op": "pca_colour", "std": 0.2, "constants": "lighting", "compensate_variance": true})",
      R"({"op": "colour_jitter", "brightness": 0.4, "contrast": 0.3, "saturation": 0.2})",
      R"({"op": "rand_augment", "set": "timm_increasing", "num_ops": 3, "magnitude": 7.5, "magnitude_std": 0.5, "num_magnitude_bins": 31, "interpolation": "bilinear", "fill": [124, 116, 104]})",
      R"({"op": "trivial_augment_wide", "num_magnitude_bins": 10, "interpolation": "nearest", "fill": []})",
      R"({"op": "auto_augment", "policy": "svhn", "interpolation": "nearest", "fill": [7]})",
      R"({"op": "random_erasing", "probability": 0.25, "area": [0.1, 0.2], "aspect": [0.5, 2.0], "fill": "noise", "colour": [0]})");
  CHECK(transform_alternatives().dump(parse(text)) == nlohmann::ordered_json::parse(text));
}

TEST_CASE("values that make no sense are refused with the place and what is allowed") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {R"({"op": "centre_crop", "size": 224})", "center_crop"},
      {R"({"op": "center_crop", "size": 0})", "8192"},
      {R"({"op": "center_crop", "size": 8193})", "8192"},
      {R"({"op": "center_crop"})", "size"},
      {R"({"op": "random_shorter_side", "min_size": 256})", "max_size"},
      {R"({"op": "random_shorter_side", "min_size": 256, "max_size": 255})", "not be above max_size"},
      {R"({"op": "horizontal_flip", "probability": 1.5})", "probability"},
      {R"({"op": "pad_and_random_crop", "padding": -1, "size": 32})", "padding"},
      {R"({"op": "random_resized_crop", "size": 224, "area": [1.0]})", "two numbers"},
      {R"({"op": "random_resized_crop", "size": 224, "area": [1.0, 0.5]})", "smaller number first"},
      {R"({"op": "random_resized_crop", "size": 224, "aspect": [0, 1]})", "aspect"},
      {R"({"op": "rand_augment", "magnitude": 31})", "below num_magnitude_bins"},
      {R"({"op": "rand_augment", "magnitude": 8.5})", "a whole number"},
      {R"({"op": "rand_augment", "magnitude_std": 0.5})", "timm_increasing"},
      {R"({"op": "rand_augment", "set": "timm_increasing", "magnitude": 11})", "at most 10"},
      {R"({"op": "rand_augment", "fill": [1, 2]})", "1 for all channels, or 3"},
      {R"({"op": "trivial_augment_wide", "num_magnitude_bins": 1})", "2"},
      {R"({"op": "auto_augment", "policy": "imagenet21k"})", "cifar10"},
      {R"({"op": "random_erasing", "area": [0.5, 0.1]})", "smaller number first"},
      {R"({"op": "random_erasing", "colour": []})", "1 for all channels, or 3"},
      {R"({"op": "resize", "height": 3, "width": 3, "filter": "pil_lanczos"})", "pil_bicubic"},
  }));
  CAPTURE(text);
  CHECK_THROWS_WITH(parse(text), ContainsSubstring(expected));
}
