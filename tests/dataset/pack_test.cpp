#include "topfive/dataset/pack.h"

#include <sstream>

#include <nlohmann/json.hpp>

#include "topfive/data/image_folder.h"
#include "topfive/data/shards.h"
#include "topfive/dataset/row_indexing.h"
#include "topfive/dataset/split_parts.h"
#include "topfive/image/decode.h"

#include "dataset/data_set.h"
#include "image/picture.h"

using namespace topfive;
using namespace topfive::tests;
using Lines = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

dataset::PackRequest request_for(const fs::path& directory, const fs::path& out, int threads = 2) {
  dataset::PackRequest request;
  request.directory = directory;
  request.data = dataset::config_of_type("auto");
  request.out = out;
  request.shard_mb = 1;
  request.threads = threads;
  return request;
}

std::string pack(const dataset::PackRequest& request) {
  std::ostringstream out;
  CHECK(dataset::run_pack(request, out) == base::ExitCode::kOk);
  return out.str();
}

std::string bytes_of_sample(const data::SampleSource& source, std::int64_t index) {
  std::vector<std::byte> buffer;
  const auto raw = source.read(index, buffer);
  return {reinterpret_cast<const char*>(raw.bytes.data()), raw.bytes.size()};
}

void check_same_samples(const data::SampleSource& a, const data::SampleSource& b) {
  REQUIRE(a.size() == b.size());
  CHECK(a.class_names() == b.class_names());
  CHECK(a.fingerprint() == b.fingerprint());
  for (std::int64_t i = 0; i < a.size(); ++i) {
    CHECK(a.label(i) == b.label(i));
    CHECK(a.name(i) == b.name(i));
    CHECK(bytes_of_sample(a, i) == bytes_of_sample(b, i));
  }
}

std::map<std::string, std::string> contents_below(const fs::path& directory) {
  std::map<std::string, std::string> contents;
  // The index holds the times of the shards.
  for (const auto& file : files_below(directory)) {
    if (!file.ends_with(".index")) contents[file] = content_of(directory / file);
  }
  return contents;
}

}  // namespace

TEST_CASE("shards hold the same samples as the folders that they were packed from", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory / "data", {"cat", "dog", "sea snake"}, 7, 3);
  const std::string text = pack(request_for(directory / "data", directory / "shards"));
  CHECK_THAT(text, ContainsSubstring("train: 21 samples in 1 shards") && ContainsSubstring("complete"));
  CHECK(files_below(directory / "shards") == Lines{"classes.txt", "pack.json", "train-000000.idx", "train-000000.tar",
                                                   "train.index", "train.rows", "val-000000.idx", "val-000000.tar",
                                                   "val.index", "val.rows"});
  CHECK(content_of(directory / "shards/classes.txt") == "cat\ndog\nsea snake\n");
  for (const std::string split : {"train", "val"}) {
    check_same_samples(data::ImageFolderSource(directory / "data", split),
                       *data::open_shards(directory / "shards", split));
  }
}

TEST_CASE("the order in the shards is shuffled by the seed and the same for any number of threads", "[dataset]") {
  const TemporaryDirectory directory;
  make_large_pictures(directory / "data", 24);
  auto request = request_for(directory / "data", directory / "a", 1);
  request.split = "train";
  pack(request);
  const auto one = contents_below(directory / "a");
  CHECK(one.count("train-000002.tar") == 1);
  request.out = directory / "b";
  request.threads = 8;
  pack(request);
  CHECK(contents_below(directory / "b") == one);
  request.out = directory / "c";
  request.seed = 2;
  pack(request);
  CHECK(contents_below(directory / "c").at("train-000000.tar") != one.at("train-000000.tar"));
  for (const auto& [name, content] : one) CHECK(content.size() <= 1U << 20U);
}

TEST_CASE("the row indexes of a packing are those that an index of its shards would make", "[dataset]") {
  const TemporaryDirectory directory;
  make_large_pictures(directory / "data", 24);
  write_file(directory / "data/train/cat/p.png", as_text(test::make_png(test::smooth_picture({30, 20}, 3))));
  auto request = request_for(directory / "data", directory / "shards");
  request.split = "train";
  const auto way = GENERATE(0, 1, 2);
  request.rewrite.lossless = way == 1;
  if (way == 2) request.rewrite.short_side = 64;
  CHECK_THAT(pack(request), ContainsSubstring(", 24 with a row index"));
  const std::string packed = content_of(directory / "shards/train.rows");
  fs::remove(directory / "shards/train.rows");
  dataset::IndexRequest index;
  index.directory = directory / "shards";
  index.data = dataset::config_of_type("auto");
  index.split = "train";
  std::ostringstream ignored;
  CHECK(dataset::run_index(index, ignored) == base::ExitCode::kOk);
  CHECK(content_of(directory / "shards/train.rows") == packed);
}

TEST_CASE("row indexes can be left out of a packing", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory / "data", {"cat", "dog"}, 5, 1);
  auto request = request_for(directory / "data", directory / "shards");
  request.row_indexes = false;
  CHECK_THAT(pack(request), !ContainsSubstring("row index"));
  CHECK_FALSE(fs::exists(directory / "shards/train.rows"));
  request.row_indexes = true;
  CHECK_THAT(pack(request), ContainsSubstring("complete already"));
}

TEST_CASE("DALI's index says where every file of a shard lies", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory / "data", {"cat", "sea snake"}, 4, 1);
  pack(request_for(directory / "data", directory / "shards"));
  const std::string tar = content_of(directory / "shards/train-000000.tar");
  std::istringstream index(content_of(directory / "shards/train-000000.idx"));
  std::string line;
  std::getline(index, line);
  CHECK(line == "v1.2 8");
  int samples = 0;
  while (std::getline(index, line)) {
    std::istringstream fields(line);
    std::string extension;
    std::string name;
    std::size_t offset = 0;
    std::size_t size = 0;
    REQUIRE(fields >> extension >> offset >> size >> name);
    CHECK(extension == "jpg");
    const std::string stem = name.substr(0, name.find('.'));
    const std::string class_name = stem.starts_with("sea_snake/") ? "sea snake" : "cat";
    CHECK(tar.substr(offset, size) ==
          content_of(directory / "data/train" / class_name / (stem.substr(stem.find('/') + 1) + ".JPEG")));
    REQUIRE(fields >> extension >> offset >> size >> name);
    CHECK(extension == "cls");
    CHECK(name == stem + ".cls");
    CHECK(tar.substr(offset, size) == (class_name == "cat" ? "0" : "1"));
    CHECK_FALSE(fields >> extension);
    ++samples;
  }
  CHECK(samples == 8);
}

TEST_CASE("a picture that cannot be used ends a packing by name, or is left out and listed", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory / "data", {"cat", "dog"}, 5, 1);
  write_file(directory / "data/train/cat/bad.jpg", "bad");
  const std::string good = as_text(jpeg_of(700));
  write_file(directory / "data/train/dog/cut.jpg", good.substr(0, good.size() - 40));
  auto request = request_for(directory / "data", directory / "shards");
  std::ostringstream ignored;
  CHECK_THAT(user_error([&] { dataset::run_pack(request, ignored); }),
             StartsWith("65 train/") && ContainsSubstring("--skip-bad"));
  CHECK_FALSE(fs::exists(directory / "shards/train-000000.tar"));
  request.skip_bad = true;
  request.out = directory / "others";
  CHECK_THAT(pack(request), ContainsSubstring("train: 10 samples") && ContainsSubstring("left out 2"));
  const auto summary = nlohmann::json::parse(content_of(directory / "others/pack.json"));
  CHECK(summary["complete"] == true);
  CHECK(summary["splits"]["train"]["skipped"].size() == 2);
  CHECK(summary["settings"]["pixels"] == "unchanged");
  CHECK(data::open_shards(directory / "others", "train")->size() == 10);
}

TEST_CASE("lossless packing makes smaller files of the same pixels", "[dataset]") {
  const TemporaryDirectory directory;
  make_large_pictures(directory / "data", 4);
  write_file(directory / "data/train/cat/p.png", as_text(test::make_png(test::smooth_picture({30, 20}, 3))));
  auto request = request_for(directory / "data", directory / "shards");
  request.split = "train";
  request.rewrite.lossless = true;
  pack(request);
  const data::ImageFolderSource folder(directory / "data", "train");
  const auto shards = data::open_shards(directory / "shards", "train");
  CHECK(shards->fingerprint() == folder.fingerprint());
  for (std::int64_t i = 0; i < folder.size(); ++i) {
    const std::string before = bytes_of_sample(folder, i);
    const std::string after = bytes_of_sample(*shards, i);
    CHECK(test::same_pixels(image::decode(std::as_bytes(std::span(after))),
                            image::decode(std::as_bytes(std::span(before)))));
    CHECK((folder.name(i).ends_with(".png") ? after == before : after.size() < before.size()));
  }
}

TEST_CASE("scaled shards say that their pixels are others", "[dataset]") {
  const TemporaryDirectory directory;
  make_large_pictures(directory / "data", 4);
  write_file(directory / "data/train/cat/small.jpg", as_text(jpeg_of(3)));
  auto request = request_for(directory / "data", directory / "shards");
  request.split = "train";
  request.rewrite.short_side = 64;
  request.rewrite.quality = 80;
  pack(request);
  const data::ImageFolderSource folder(directory / "data", "train");
  const auto shards = data::open_shards(directory / "shards", "train");
  CHECK(shards->index().pixels == "short_side=64 quality=80");
  CHECK(shards->fingerprint() != folder.fingerprint());
  for (std::int64_t i = 0; i < shards->size(); ++i) {
    const auto& record = shards->index().records[static_cast<std::size_t>(i)];
    if (folder.name(i) == "train/cat/small.jpg") {
      CHECK(bytes_of_sample(*shards, i) == bytes_of_sample(folder, i));
    } else {
      CHECK(record.width == 64);
      CHECK(record.height == 83);
    }
  }
  CHECK_THAT(content_of(directory / "shards/pack.json"), ContainsSubstring("short_side=64 quality=80"));
}

TEST_CASE("keys are free of dots and blanks and no two are the same", "[dataset]") {
  const TemporaryDirectory directory;
  int number = 0;
  for (const char* file : {"a.b.jpg", "a_b.jpg", "a_b.png", "a_b_2.jpg", "c d.jpg", ".x.jpg"}) {
    write_file(directory / "data/train/v1.0 x" / file, as_text(jpeg_of(++number)));
  }
  write_file(directory / "data/train/v1_0_x/a_b.jpg", as_text(jpeg_of(++number)));
  auto request = request_for(directory / "data", directory / "shards");
  request.split = "train";
  pack(request);
  std::istringstream index(content_of(directory / "shards/train-000000.idx"));
  std::set<std::string> keys;
  std::string line;
  std::getline(index, line);
  while (std::getline(index, line)) {
    const std::string name = line.substr(line.rfind(' ') + 1);
    keys.insert(name.substr(0, name.find('.')));
  }
  CHECK(keys == std::set<std::string>{"v1_0_x/a_b", "v1_0_x/a_b_3", "v1_0_x/a_b_4", "v1_0_x/a_b_2", "v1_0_x/c_d",
                                      "v1_0_x_2/a_b"});
  check_same_samples(data::ImageFolderSource(directory / "data", "train"),
                     *data::open_shards(directory / "shards", "train"));
}

TEST_CASE("pixels without files are packed as PNG", "[dataset]") {
  const TemporaryDirectory directory;
  for (const char* name : {"train", "t10k"}) {
    const std::string prefix = name;
    write_file(directory / "data" / (prefix + "-images-idx3-ubyte"),
               big_endian(0x803) + big_endian(2) + big_endian(2) + big_endian(3) + "abcdefABCDEF");
    write_file(directory / "data" / (prefix + "-labels-idx1-ubyte"),
               big_endian(0x801) + big_endian(2) + bytes_of({1, 0}));
  }
  pack(request_for(directory / "data", directory / "shards"));
  const auto shards = data::open_shards(directory / "shards", "train");
  REQUIRE(shards->size() == 2);
  CHECK(shards->label(0) == 0);
  const std::string first = bytes_of_sample(*shards, 0);
  const auto picture = image::decode(std::as_bytes(std::span(first)), 1);
  CHECK(std::string(reinterpret_cast<const char*>(picture.data), 6) == "ABCDEF");
}
