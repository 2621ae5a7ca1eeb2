#include "topfive/dataset/row_indexing.h"

#include <csignal>
#include <sstream>

#include "topfive/base/crc32c.h"
#include "topfive/base/stop_signal.h"
#include "topfive/data/image_folder.h"
#include "topfive/data/open_source.h"
#include "topfive/data/row_index_file.h"
#include "topfive/data/sample_reader.h"
#include "topfive/dataset/split_parts.h"

#include "dataset/data_set.h"
#include "image/picture.h"

using namespace topfive;
using namespace topfive::tests;
using Catch::Matchers::EndsWith;
namespace fs = std::filesystem;

namespace {

dataset::IndexRequest request_for(const fs::path& directory, int threads = 2) {
  dataset::IndexRequest request;
  request.directory = directory;
  request.data = dataset::config_of_type("auto");
  request.split = "train";
  request.threads = threads;
  return request;
}

std::string index_rows(const dataset::IndexRequest& request) {
  std::ostringstream out;
  CHECK(dataset::run_index(request, out) == base::ExitCode::kOk);
  return out.str();
}

// Six pictures of ours; a progressive one, a PNG, a damaged one and an empty file.
void make_mixed_pictures(const fs::path& directory) {
  make_large_pictures(directory, 6);
  test::JpegOptions progressive;
  progressive.progressive = true;
  const auto picture = test::smooth_picture({60, 40}, 3);
  write_file(directory / "train/cat/p.jpg", as_text(test::make_jpeg(picture, progressive)));
  write_file(directory / "train/cat/png.png", as_text(test::make_png(picture)));
  const std::string whole = as_text(test::make_jpeg(picture));
  write_file(directory / "train/dog/cut.jpg", whole.substr(0, whole.size() - 200));
  write_file(directory / "train/dog/empty.jpg", "");
}

bool has_row_index(const std::string& name) { return !name.ends_with(".jpg") && !name.ends_with(".png"); }

std::vector<std::uint8_t> pixels_of(const data::SampleSource& source, const augment::Pipeline& pipeline,
                                    std::int64_t index, std::int64_t epoch) {
  data::SampleReader reader(source, pipeline, {.seed = 5});
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(pipeline.output_size().area()) * 3);
  std::int64_t label = 0;
  std::int64_t id = 0;
  std::array<float, 3> shift{};
  reader.read(index, epoch, {pixels.data(), &label, &id, shift.data()});
  return pixels;
}

}  // namespace

TEST_CASE("every picture that our decoder reads gets its row index, and the others are counted", "[dataset]") {
  const TemporaryDirectory directory;
  make_mixed_pictures(directory.path());
  const std::string text = index_rows(request_for(directory.path()));
  CHECK_THAT(text, StartsWith("train: 10 pictures, 6 with a row index, 1 cannot be read, ") &&
                       EndsWith(" s: " + (directory / "train.rows").string() + "\n"));
  const data::ImageFolderSource source(directory.path(), "train");
  const data::RowIndexFile rows(directory / "train.rows", source.size());
  CHECK(rows.step() == data::kRowIndexStep);
  CHECK(rows.entries() == 6);
  image::JpegReader reader;
  for (std::int64_t i = 0; i < source.size(); ++i) {
    const std::string file = content_of(directory / source.name(i));
    const auto bytes = std::as_bytes(std::span(file));
    std::vector<std::byte> entry(rows.record(i).length);
    CHECK(rows.record(i).picture_bytes == file.size());
    CHECK(rows.record(i).picture_crc32c == base::crc32c(bytes));
    CHECK(entry.empty() != has_row_index(source.name(i)));
    if (entry.empty()) continue;
    CHECK(rows.read_entry(i, entry));
    reader.open(bytes, 0);
    CHECK(entry == reader.make_index(data::kRowIndexStep));
    reader.close();
  }
}

TEST_CASE("the file of row indexes is the same for any number of threads", "[dataset]") {
  const TemporaryDirectory directory;
  make_mixed_pictures(directory.path());
  std::set<std::string> contents;
  for (const int threads : {1, 2, 8}) {
    index_rows(request_for(directory.path(), threads));
    contents.insert(content_of(directory / "train.rows"));
    fs::remove(directory / "train.rows");
  }
  CHECK(contents.size() == 1);
}

TEST_CASE("row indexes of the same bytes are taken over, those of other bytes or steps made anew", "[dataset]") {
  const TemporaryDirectory directory;
  make_large_pictures(directory.path(), 6);
  auto request = request_for(directory.path());
  CHECK_THAT(index_rows(request), !ContainsSubstring("from before"));
  const std::string first = content_of(directory / "train.rows");
  CHECK_THAT(index_rows(request), ContainsSubstring("6 with a row index (6 from before)"));
  CHECK(content_of(directory / "train.rows") == first);
  write_file(directory / "train/cat/0.JPEG", as_text(jpeg_of(9)));
  CHECK_THAT(index_rows(request), ContainsSubstring("6 with a row index (5 from before)"));
  request.step = 4;
  CHECK_THAT(index_rows(request), !ContainsSubstring("from before"));
  CHECK(content_of(directory / "train.rows").size() > first.size());
}

TEST_CASE("row indexes change no pixel of any crop", "[dataset]") {
  const TemporaryDirectory directory;
  make_large_pictures(directory.path(), 6);
  index_rows(request_for(directory.path()));
  data::DataConfig config = dataset::config_of_type("image_folder");
  const auto plain = data::open_source(config, directory.path(), data::Split::kTrain);
  config.row_index = data::RowIndexUse::kAuto;
  const auto indexed = data::open_source(config, directory.path(), data::Split::kTrain);
  const augment::Pipeline pipeline({augment::RandomResizedCropConfig{}}, "test", 3, std::nullopt);
  std::vector<std::byte> buffer;
  for (std::int64_t i = 0; i < plain->size(); ++i) {
    CHECK_FALSE(indexed->read(i, buffer).row_index.empty());
    for (std::int64_t epoch = 0; epoch < 20; ++epoch) {
      REQUIRE(pixels_of(*plain, pipeline, i, epoch) == pixels_of(*indexed, pipeline, i, epoch));
    }
  }
}

TEST_CASE("where no picture has a row index nothing is written", "[dataset]") {
  const TemporaryDirectory directory;
  write_file(directory / "train/a/1.png", as_text(test::make_png(test::smooth_picture({30, 20}, 3))));
  CHECK(index_rows(request_for(directory.path())) == "train: 1 pictures, 0 with a row index; nothing is written\n");
  CHECK(files_below(directory.path()) == std::vector<std::string>{"train/a/1.png"});
}

TEST_CASE("a split that is missing is an error, and a signal leaves what was there", "[dataset]") {
  const TemporaryDirectory directory;
  make_large_pictures(directory.path(), 6);
  auto request = request_for(directory.path());
  std::ostringstream out;
  request.split = "all";
  CHECK_THAT(user_error([&] { dataset::run_index(request, out); }), StartsWith("66 "));
  request.directory = directory / "none";
  CHECK_THAT(user_error([&] { dataset::run_index(request, out); }), StartsWith("66 "));
  const std::string first = content_of(directory / "train.rows");
  base::install_stop_handlers();
  std::raise(SIGTERM);
  request = request_for(directory.path());
  CHECK(dataset::run_index(request, out) == base::ExitCode::kStopped);
  base::reset_stop_request();
  CHECK(content_of(directory / "train.rows") == first);
  CHECK(files_below(directory.path()).size() == 7);
}
