#include "topfive/augment/pipeline.h"
#include "topfive/augment/progressive_size.h"
#include "topfive/base/config_document.h"
#include "topfive/base/config_node.h"
#include "topfive/base/error.h"

#include "support/catch.h"

using namespace topfive::augment;

namespace {

std::vector<int> sizes_of(const ProgressiveSizeConfig& config, int first_epoch, int last_epoch) {
  std::vector<int> sizes;
  for (int epoch = first_epoch; epoch <= last_epoch; ++epoch) sizes.push_back(train_size(config, epoch, 224));
  return sizes;
}

ProgressiveSizeConfig parse(const std::string& text) {
  const auto document = topfive::base::ConfigDocument::parse(text, "test.json");
  return ProgressiveSizeConfig::fields().parse(topfive::base::ConfigNode(document));
}

}  // namespace

// The values come from tests/golden/progressive_sizes.py.
TEST_CASE("pictures grow as in FFCV's recipes") {
  CHECK(sizes_of({.start_size = 160, .end_size = 192, .start_epoch = 11, .end_epoch = 13}, 11, 13) ==
        std::vector<int>{160, 192, 192});
  CHECK(sizes_of({.start_size = 160, .end_size = 192, .start_epoch = 65, .end_epoch = 76}, 65, 76) ==
        std::vector<int>{160, 160, 160, 160, 160, 160, 192, 192, 192, 192, 192, 192});
  CHECK(sizes_of({.start_size = 96, .start_epoch = 2, .end_epoch = 10}, 0, 11) ==
        std::vector<int>{96, 96, 96, 128, 128, 128, 160, 192, 192, 192, 224, 224});
  CHECK(sizes_of({.start_size = 112, .end_epoch = 10, .multiple_of = 4}, 0, 11) ==
        std::vector<int>{112, 124, 136, 144, 156, 168, 180, 192, 200, 212, 224, 224});
}

TEST_CASE("without a start size the pictures stay as the list makes them") {
  CHECK(sizes_of({.end_epoch = 5}, 0, 6) == std::vector<int>(7, 224));
}

TEST_CASE("a coarse multiple does not leave the limits") {
  const ProgressiveSizeConfig config{.start_size = 100, .end_size = 130, .end_epoch = 10, .multiple_of = 64};
  for (const int size : sizes_of(config, 0, 11)) CHECK((size >= 100 && size <= 130));
}

TEST_CASE("the last step that sets a size gets the new one") {
  const auto steps = with_final_size({ResizeShorterSideConfig{.size = 256}, RandomCropConfig{.size = 224},
                                      HorizontalFlipConfig{}, RandAugmentConfig{}},
                                     160, "augment.train");
  CHECK(std::get<RandomCropConfig>(steps[1]).size == 160);
  CHECK(std::get<ResizeShorterSideConfig>(steps[0]).size == 256);
  const std::vector<TransformConfig> each = {ResizeConfig{}, CenterCropConfig{}, RandomCropConfig{},
                                             RandomResizedCropConfig{}, PadAndRandomCropConfig{}};
  for (const TransformConfig& step : each) {
    const Pipeline pipeline(with_final_size({step}, 96, "augment.train"), "augment.train", 3, std::nullopt);
    CHECK(pipeline.output_size() == cv::Size(96, 96));
  }
}

TEST_CASE("a list that sets no size cannot grow, and says so") {
  CHECK_THROWS_WITH(with_final_size({HorizontalFlipConfig{}}, 96, "augment.train"),
                    StartsWith("augment.train: progressive resizing needs a step that sets the size"));
}

TEST_CASE("growing backwards is refused") {
  CHECK_THROWS_WITH(parse(R"({"start_size": 160, "start_epoch": 5, "end_epoch": 4})"),
                    ContainsSubstring("end_epoch lies before start_epoch"));
  CHECK_THROWS_WITH(parse(R"({"start_size": 160, "end_size": 128, "end_epoch": 4})"),
                    ContainsSubstring("end_size is smaller than start_size"));
  CHECK(parse("{}").start_size == 0);
}
