#include <opencv2/imgcodecs.hpp>

#include "topfive/data/open_source.h"

#include "data/fake_source.h"
#include "data/test_files.h"

using namespace topfive;
using data::BatchLoader;
using tests::TemporaryDirectory;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

// A picture of one colour, given as RGB.
std::string png(cv::Size size, const cv::Scalar& rgb) {
  const cv::Mat bgr(size, CV_8UC3, cv::Scalar(rgb[2], rgb[1], rgb[0]));
  std::vector<unsigned char> bytes;
  REQUIRE(cv::imencode(".png", bgr, bytes));
  return {bytes.begin(), bytes.end()};
}

augment::Pipeline crop_pipeline(int channels = 3) {
  augment::CenterCropConfig crop;
  crop.size = 8;
  return {{crop}, "augment.eval", channels, std::nullopt};
}

void write_two_classes(const fs::path& directory) {
  write_file(directory / "val" / "blue" / "1.png", png({20, 10}, {0, 0, 255}));
  write_file(directory / "val" / "red" / "2.png", png({9, 30}, {255, 0, 0}));
}

}  // namespace

TEST_CASE("pictures in class folders reach the batch as RGB pixels") {
  const TemporaryDirectory directory;
  write_two_classes(directory.path());
  const auto source = data::open_source({}, directory.path(), data::Split::kEval);
  const auto pipeline = crop_pipeline();
  data::LoaderOptions options;
  options.batch_size = 2;
  options.threads = 2;
  BatchLoader loader(*source, pipeline, options);
  loader.start({});
  const auto batch = loader.next();
  REQUIRE((batch->size == 2 && batch->height == 8 && batch->width == 8 && batch->channels == 3));
  const std::vector<int> blue(batch->images, batch->images + 3);
  const std::vector<int> red(batch->images + 192, batch->images + 195);
  CHECK(blue == std::vector<int>{0, 0, 255});
  CHECK(red == std::vector<int>{255, 0, 0});
  CHECK((batch->labels[0] == 0 && batch->labels[1] == 1));
}

TEST_CASE("a file that is no picture is named with the reason") {
  const TemporaryDirectory directory;
  write_two_classes(directory.path());
  write_file(directory.path() / "val" / "red" / "1.jpg", "this is not a JPEG");
  const auto source = data::open_source({}, directory.path(), data::Split::kEval);
  const auto pipeline = crop_pipeline();
  data::LoaderOptions options;
  options.batch_size = 3;
  BatchLoader loader(*source, pipeline, options);
  loader.start({});
  CHECK_THAT(tests::user_error([&] { loader.next(); }), StartsWith("65 val/red/1.jpg: the picture cannot be used: "));
}
