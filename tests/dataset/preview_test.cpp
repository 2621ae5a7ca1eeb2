#include "topfive/dataset/preview.h"

#include <sstream>

#include "topfive/data/image_folder.h"
#include "topfive/dataset/picture_loader.h"
#include "topfive/image/decode.h"

#include "dataset/data_set.h"
#include "image/picture.h"

using namespace topfive;
using namespace topfive::tests;
namespace fs = std::filesystem;

namespace {

dataset::PreviewRequest request_for(const fs::path& directory) {
  dataset::PreviewRequest request;
  request.directory = directory;
  augment::RandomResizedCropConfig crop;
  crop.size = 64;
  augment::HorizontalFlipConfig flip;
  request.transforms = {crop, flip};
  request.rows = 3;
  request.columns = 4;
  return request;
}

// The pixels of a place in the sheet, 64 pixels a cell.
image::Image cell(const image::Image& sheet, int row, int column) {
  return sheet(cv::Rect(4 + 68 * column, 18 + 86 * row, 64, 64)).clone();
}

}  // namespace

TEST_CASE("the sheet has a row a picture and a column a draw, the same each time", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat", "dog"}, 5, 1);
  auto request = request_for(directory.path());
  const image::Image sheet = dataset::preview_sheet(request);
  CHECK(sheet.size() == cv::Size(4 + 4 * 68, 4 + 3 * 86));
  CHECK(test::same_pixels(dataset::preview_sheet(request), sheet));
  request.seed = 2;
  CHECK_FALSE(test::same_pixels(dataset::preview_sheet(request), sheet));
}

TEST_CASE("a draw is what the loader puts into the batch of that epoch", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat"}, 1, 1);
  const auto request = request_for(directory.path());
  const image::Image sheet = dataset::preview_sheet(request);
  const data::ImageFolderSource source(directory.path(), "train");
  const augment::Pipeline pipeline(request.transforms, "augment.train", 3, std::nullopt);
  dataset::SamplePreview preview(source, pipeline, 3, request.seed);
  for (int epoch = 0; epoch < 3; ++epoch) {
    CHECK(test::same_pixels(cell(sheet, 0, epoch + 1), preview.draw(0, epoch)));
  }
}

TEST_CASE("the colour shift is added to what is shown", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat"}, 1, 1);
  auto request = request_for(directory.path());
  const image::Image plain = cell(dataset::preview_sheet(request), 0, 1);
  augment::PcaColourConfig colour;
  colour.std = 2.0;
  request.transforms.push_back(colour);
  const image::Image shifted = cell(dataset::preview_sheet(request), 0, 1);
  CHECK_FALSE(test::same_pixels(shifted, plain));
}

TEST_CASE("a broken picture leaves its row free and does not end the preview", "[dataset]") {
  const TemporaryDirectory directory;
  write_file(directory.path() / "train/cat/1.jpg", "bad");
  const image::Image sheet = dataset::preview_sheet(request_for(directory.path()));
  CHECK(sheet.size() == cv::Size(4 + 4 * 68, 4 + 86));
}

TEST_CASE("the sheet is written as PNG", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat", "dog"}, 2, 1);
  auto request = request_for(directory.path());
  request.out = directory / "preview.png";
  std::ostringstream out;
  CHECK(dataset::run_preview(request, out) == base::ExitCode::kOk);
  const std::string file = content_of(request.out);
  const auto bytes = std::as_bytes(std::span(file));
  CHECK(test::same_pixels(image::decode(bytes), dataset::preview_sheet(request)));
  CHECK_THAT(out.str(), ContainsSubstring("preview.png: 276 x 262 pixels"));
  request.split = "all";
  CHECK_THAT(user_error([&] { dataset::preview_sheet(request); }), StartsWith("64 "));
}
