#include <array>
#include <cstdint>
#include <string>

#include "topfive/data/open_source.h"

#include "data/fake_source.h"
#include "data/test_files.h"
#include "image/image_files.h"

using namespace topfive;
using data::BatchLoader;
using tests::TemporaryDirectory;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

// A picture of one colour, given as RGB. Not by OpenCV's encoder: it starts GDAL, whose locks ThreadSanitizer takes for
// a deadlock.
std::string jpeg(int width, int height, const std::array<std::uint8_t, 3>& rgb) {
  const image::Image picture(height, width, CV_8UC3, cv::Scalar(rgb[0], rgb[1], rgb[2]));
  const auto bytes = test::make_jpeg(picture, {.quality = 100});
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The first pixel of a slot; YCbCr may move a channel by a step or two.
bool near(const std::uint8_t* pixel, const std::array<int, 3>& rgb) {
  for (std::size_t c = 0; c < 3; ++c) {
    if (std::abs(pixel[c] - rgb[c]) > 2) return false;
  }
  return true;
}

augment::Pipeline crop_pipeline(int channels = 3) {
  augment::CenterCropConfig crop;
  crop.size = 8;
  return {{crop}, "augment.eval", channels, std::nullopt};
}

void write_two_classes(const fs::path& directory) {
  write_file(directory / "val" / "blue" / "1.jpg", jpeg(20, 10, {0, 0, 255}));
  write_file(directory / "val" / "red" / "2.JPEG", jpeg(9, 30, {255, 0, 0}));
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
  CHECK(near(batch->images, {0, 0, 255}));
  CHECK(near(batch->images + 192, {255, 0, 0}));
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
