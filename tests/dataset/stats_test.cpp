#include "topfive/dataset/stats.h"

#include <cmath>
#include <sstream>

#include "topfive/image/encode.h"

#include "dataset/data_set.h"
#include "image/golden_file.h"
#include "image/picture.h"

using namespace topfive;
using namespace topfive::tests;
namespace fs = std::filesystem;

namespace {

// The formula of the golden script.
image::Image golden_picture(int width, int height, std::uint64_t seed) {
  image::Image rgb = test::formula_picture({width, height}, 3, seed);
  const image::Image grey = test::formula_picture({width, height}, 1, seed + 7);
  for (int i = 0; i < width * height; ++i) {
    for (int c = 0; c < 3; ++c) {
      auto& value = rgb.data[3 * i + c];
      value = static_cast<std::uint8_t>(((c + 1) * value + 4 * grey.data[i]) / (5 + c));
    }
  }
  return rgb;
}

void write_golden_pictures(const fs::path& directory, const nlohmann::json& golden) {
  for (const auto& picture : golden["pictures"]) {
    const auto rgb = golden_picture(picture[0], picture[1], picture[2]);
    write_file(directory / "train/a" / (picture[2].dump() + ".png"), as_text(image::encode_png(rgb)));
  }
}

dataset::StatsRequest request_for(const fs::path& directory, int threads = 2) {
  dataset::StatsRequest request;
  request.directory = directory;
  request.threads = threads;
  return request;
}

void check_near(const std::vector<double>& values, const nlohmann::json& expected) {
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(values[i] == Approx(expected[i].get<double>()).epsilon(0).margin(1e-12));
  }
}

}  // namespace

TEST_CASE("mean, standard deviation and principal components are numpy's", "[dataset]") {
  const TemporaryDirectory directory;
  const auto golden = test::read_golden("rgb_stats");
  write_golden_pictures(directory.path(), golden);
  const auto stats = dataset::collect_stats(request_for(directory.path())).value();
  CHECK(stats.pixels == golden["pixels"]);
  check_near(stats.colours.mean, golden["mean"]);
  check_near(stats.colours.std, golden["std"]);
  check_near(stats.mean_std, golden["mean_std"]);
  for (std::size_t c = 0; c < 3; ++c) {
    const auto& component = stats.colours.components[c];
    CHECK(component.variance == Approx(golden["eigenvalues"][c].get<double>()).margin(1e-12));
    double dot = 0;
    double largest = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      dot += component.vector[i] * golden["eigenvectors"][c][i].get<double>();
      if (std::abs(component.vector[i]) > std::abs(largest)) largest = component.vector[i];
    }
    CHECK(std::abs(dot) == Approx(1.0).margin(1e-10));
    CHECK(largest > 0);
  }
}

TEST_CASE("the statistics are the same to the last bit for any number of threads", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat", "dog"}, 20, 1);
  const std::string one = dataset::stats_json(*dataset::collect_stats(request_for(directory.path(), 1)));
  CHECK(dataset::stats_json(*dataset::collect_stats(request_for(directory.path(), 2))) == one);
  CHECK(dataset::stats_json(*dataset::collect_stats(request_for(directory.path(), 8))) == one);
}

TEST_CASE("one colour has no deviation, and grey has one channel", "[dataset]") {
  const TemporaryDirectory directory;
  const auto grey = image::Image(8, 8, CV_8UC1, cv::Scalar(51));
  write_file(directory.path() / "train/a/1.png", as_text(image::encode_png(grey)));
  auto request = request_for(directory.path());
  const auto colour = dataset::collect_stats(request).value();
  CHECK(colour.colours.mean == std::vector<double>{0.2, 0.2, 0.2});
  CHECK(colour.colours.std == std::vector<double>{0, 0, 0});
  request.data.channels = 1;
  const auto stats = dataset::collect_stats(request).value();
  CHECK(stats.colours.mean == std::vector<double>{0.2});
  CHECK_THAT(dataset::stats_text(stats), !ContainsSubstring("principal"));
}

TEST_CASE("the kinds of files, their sizes and their bits a pixel are told", "[dataset]") {
  const TemporaryDirectory directory;
  const fs::path folder = directory.path() / "train/a";
  test::JpegOptions options;
  options.horizontal_sampling = options.vertical_sampling = 2;
  options.progressive = true;
  write_file(folder / "1.jpg", as_text(test::make_jpeg(test::smooth_picture({40, 20}, 3), options)));
  write_file(folder / "2.jpg", as_text(test::make_jpeg(test::smooth_picture({60, 30}, 1))));
  write_file(folder / "3.jpg", as_text(test::make_png(test::smooth_picture({50, 10}, 3))));
  write_file(folder / "4.jpg", "bad");
  const auto stats = dataset::collect_stats(request_for(directory.path())).value();
  CHECK(stats.kinds ==
        std::map<std::string, std::int64_t>{{"jpeg 4:2:0 progressive", 1}, {"jpeg grey", 1}, {"png", 1}});
  CHECK(stats.width.least == 40);
  CHECK(stats.width.median == 50);
  CHECK(stats.height.largest == 30);
  CHECK(stats.bits_per_pixel.least > 0);
  CHECK(stats.skipped == 1);
  CHECK_THAT(dataset::stats_text(stats), ContainsSubstring("3 pictures") && ContainsSubstring("\"mean\": ["));
}

TEST_CASE("a recipe's steps decide which pixels count", "[dataset]") {
  const TemporaryDirectory directory;
  image::Image picture(10, 10, CV_8UC3, cv::Scalar(0, 0, 0));
  picture(cv::Rect(4, 4, 2, 2)).setTo(cv::Scalar(255, 255, 255));
  write_file(directory.path() / "val/a/1.png", as_text(image::encode_png(picture)));
  auto request = request_for(directory.path());
  request.split = "val";
  augment::CenterCropConfig crop;
  crop.size = 2;
  request.transforms = {crop};
  const auto stats = dataset::collect_stats(request).value();
  CHECK(stats.pixels == 4);
  CHECK(stats.colours.mean == std::vector<double>{1, 1, 1});
}

TEST_CASE("a limit takes pictures spread evenly", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat", "dog"}, 10, 1);
  auto request = request_for(directory.path());
  request.limit = 4;
  CHECK(dataset::collect_stats(request)->pictures == 4);
}

TEST_CASE("pictures of which none can be decoded are bad data", "[dataset]") {
  const TemporaryDirectory directory;
  write_file(directory.path() / "train/a/1.jpg", "bad");
  CHECK_THAT(user_error([&] { dataset::collect_stats(request_for(directory.path())); }), StartsWith("65 "));
}

TEST_CASE("the report is printed and written", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat"});
  auto request = request_for(directory.path());
  request.json = directory / "stats.json";
  std::ostringstream out;
  CHECK(dataset::run_stats(request, out) == base::ExitCode::kOk);
  CHECK_THAT(out.str(), ContainsSubstring("krizhevsky_2012") && ContainsSubstring("lighting"));
  const auto json = nlohmann::json::parse(content_of(request.json));
  CHECK(json["principal_components"].size() == 3);
  CHECK(json["kinds"]["jpeg 4:4:4"] == 3);
}
