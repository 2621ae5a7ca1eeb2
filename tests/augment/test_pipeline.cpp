#include <random>

#include "topfive/augment/pipeline.h"
#include "topfive/base/error.h"

#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::augment;
using topfive::base::ExitCode;
using topfive::base::RandomStream;
using topfive::base::UserError;
using topfive::test::formula_picture;
using topfive::test::same_pixels;

namespace {

std::vector<TransformConfig> training_steps() {
  return {RandomResizedCropConfig{.size = 32}, HorizontalFlipConfig{},
          ColourJitterConfig{.brightness = 0.4, .contrast = 0.4, .saturation = 0.4}, PcaColourConfig{}};
}

std::vector<std::vector<TransformConfig>> lists_for_any_picture() {
  return {training_steps(),
          {ResizeShorterSideConfig{.size = 40}, CenterCropConfig{.size = 32}},
          {ResizeShorterSideConfig{.size = 40}, RandomCropConfig{.size = 32}, HorizontalFlipConfig{}},
          {RandomShorterSideConfig{.min_size = 33, .max_size = 50}, RandomCropConfig{.size = 32}},
          {ResizeConfig{.height = 32, .width = 32}},
          {PadAndRandomCropConfig{.padding = 4, .size = 32}},
          {CenterCropConfig{.size = 32}}};
}

Sample run(const Pipeline& pipeline, const topfive::image::Image& picture, std::uint64_t id) {
  Sample sample{picture, {}};
  RandomStream stream(7, 1, id);
  pipeline.apply(sample, stream);
  return sample;
}

ExitCode exit_code_of(const std::vector<TransformConfig>& steps, int channels) {
  try {
    const Pipeline pipeline(steps, "augment.train", channels, std::nullopt);
    return ExitCode::kOk;
  } catch (const UserError& error) {
    return error.code();
  }
}

}  // namespace

TEST_CASE("every list gives its size for pictures of any size") {
  const std::size_t list = GENERATE(range(std::size_t{0}, std::size_t{7}));
  const Pipeline pipeline(lists_for_any_picture()[list], "augment.train", 3, std::nullopt);
  CHECK(pipeline.output_size() == cv::Size(32, 32));
  std::mt19937 random(41);
  for (std::uint64_t id = 0; id < 40; ++id) {
    const cv::Size size(1 + static_cast<int>(random() % 90), 1 + static_cast<int>(random() % 90));
    CAPTURE(list, size.width, size.height);
    Sample sample = run(pipeline, formula_picture(size, 3, id), id);
    CHECK(sample.picture.pixels().size() == cv::Size(32, 32));
    CHECK(sample.picture.pixels().type() == CV_8UC3);
    const topfive::image::Image pixels = sample.picture.pixels();
    std::vector<std::uint8_t> packed(32 * 32 * 3);
    sample.picture.write(packed.data());
    CHECK(same_pixels(topfive::image::Image(32, 32, CV_8UC3, packed.data()), pixels));
  }
}

TEST_CASE("the same stream gives the same sample, another stream another one") {
  const Pipeline pipeline(training_steps(), "augment.train", 3, std::nullopt);
  const auto picture = formula_picture({60, 50}, 3, 2);
  Sample first = run(pipeline, picture, 1);
  Sample again = run(pipeline, picture, 1);
  Sample other = run(pipeline, picture, 2);
  CHECK(same_pixels(first.picture.pixels(), again.picture.pixels()));
  CHECK(first.colour_shift == again.colour_shift);
  CHECK_FALSE(same_pixels(first.picture.pixels(), other.picture.pixels()));
  CHECK(first.colour_shift != other.colour_shift);
}

TEST_CASE("a pipeline never writes into the picture that it gets") {
  const Pipeline pipeline(training_steps(), "augment.train", 3, std::nullopt);
  const auto picture = formula_picture({60, 50}, 3, 2);
  const auto copy = picture.clone();
  run(pipeline, picture, 1);
  CHECK(same_pixels(picture, copy));
}

TEST_CASE("a list that leaves the size open is refused with the way out") {
  const std::vector<TransformConfig> steps = {ResizeShorterSideConfig{.size = 256}, HorizontalFlipConfig{}};
  CHECK_THROWS_WITH(Pipeline(steps, "augment.train", 3, std::nullopt),
                    "augment.train: the pictures have no fixed size at the end of the list; add "
                    "center_crop, random_crop or random_resized_crop");
  CHECK(exit_code_of(steps, 3) == ExitCode::kConfig);
}

TEST_CASE("pictures of one size need no crop") {
  CHECK(Pipeline({}, "augment.eval", 1, cv::Size(28, 28)).output_size() == cv::Size(28, 28));
  const Pipeline resized({ResizeShorterSideConfig{.size = 64}}, "augment.eval", 3, cv::Size(40, 32));
  CHECK(resized.output_size() == cv::Size(80, 64));
}

TEST_CASE("steps that need colour are refused for grey pictures") {
  CHECK_THROWS_WITH(Pipeline({CenterCropConfig{}, PcaColourConfig{}}, "augment.train", 1, std::nullopt),
                    StartsWith("augment.train[1]: pca_colour needs colour"));
  CHECK(exit_code_of({CenterCropConfig{}, ColourJitterConfig{}}, 1) == ExitCode::kConfig);
  CHECK(exit_code_of({CenterCropConfig{}, HorizontalFlipConfig{}}, 1) == ExitCode::kOk);
}

TEST_CASE("grey pictures stay grey") {
  const Pipeline pipeline({RandomResizedCropConfig{.size = 16}, HorizontalFlipConfig{}}, "augment.train", 1,
                          std::nullopt);
  CHECK(run(pipeline, formula_picture({40, 30}, 1, 5), 3).picture.channels() == 1);
}
