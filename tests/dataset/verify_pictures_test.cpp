#include <nlohmann/json.hpp>

#include "topfive/dataset/verify.h"

#include "dataset/data_set.h"
#include "image/picture.h"

using namespace topfive;
using namespace topfive::tests;
using Lines = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

std::string jpeg_text(int channels) { return as_text(test::make_jpeg(test::smooth_picture({30, 20}, channels))); }

// An EXIF block, big endian, with nothing but an orientation.
std::string rotated_jpeg() {
  const std::string jpeg = as_text(jpeg_of(500));
  const std::string exif = bytes_of({0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8,
                                     0,    1,    1, 18, 0,   3,   0,   0,   0, 1, 0,   6,   0, 0,  0, 0, 0, 0});
  return jpeg.substr(0, 2) + exif + jpeg.substr(2);
}

}  // namespace

TEST_CASE("a good data set is clean", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat", "dog"});
  const auto outcome = verify(directory.path());
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.problems.empty());
  CHECK_THAT(outcome.text, ContainsSubstring("train  6 pictures, 6 usable, "));
  CHECK_THAT(outcome.text, ContainsSubstring("2 classes of 3 to 3 pictures (median 3)"));
  CHECK_THAT(outcome.text, ContainsSubstring("clean: 0 errors, 0 warnings, 0 notes"));
}

TEST_CASE("pictures that cannot be used are found, each under its own name", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat", "dog"});
  const fs::path cats = directory.path() / "train" / "cat";
  const std::string good = as_text(jpeg_of(900));
  write_file(cats / "a_empty.jpg", "");
  write_file(cats / "b_text.jpg", "<html>404</html>");
  write_file(cats / "c_truncated.jpg", good.substr(0, good.size() / 2));
  fs::create_symlink("nowhere.jpg", cats / "d_link.jpg");
  write_file(cats / "e_bomb.jpg", as_text(test::with_jpeg_size(jpeg_of(901), 60'000, 60'000)));
  auto png = test::split_png(test::make_png(test::smooth_picture({30, 20}, 3)));
  png[1].data[png[1].data.size() / 2] ^= std::byte{0xff};
  write_file(cats / "f_damaged.png", as_text(test::make_png(png)));
  const auto outcome = verify(directory.path());
  CHECK(outcome.exit_code == 65);
  CHECK(outcome.problems.at("empty_file") == Lines{"train/cat/a_empty.jpg"});
  CHECK_THAT(outcome.problems.at("not_an_image").at(0), StartsWith("train/cat/b_text.jpg: "));
  CHECK_THAT(outcome.problems.at("truncated").at(0), StartsWith("train/cat/c_truncated.jpg: "));
  CHECK_THAT(outcome.problems.at("unreadable").at(0), StartsWith("train/cat/d_link.jpg: "));
  CHECK_THAT(outcome.problems.at("too_large").at(0), StartsWith("train/cat/e_bomb.jpg: "));
  CHECK_THAT(outcome.problems.at("damaged").at(0), StartsWith("train/cat/f_damaged.png: "));
  CHECK_THAT(outcome.text, ContainsSubstring("train  12 pictures, 6 usable, "));
  CHECK_THAT(outcome.text, ContainsSubstring("not clean: 6 errors"));
}

TEST_CASE("what is handled rightly but trips other tools is said", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat", "dog"});
  const fs::path cats = directory.path() / "train" / "cat";
  write_file(cats / "cmyk.jpg", jpeg_text(4));
  write_file(cats / "n01739381_1309.JPEG", as_text(test::make_jpeg(test::smooth_picture({31, 20}, 4))));
  write_file(cats / "n02105855_2933.JPEG", as_text(test::make_png(test::smooth_picture({30, 20}, 3))));
  write_file(cats / "photo.png", jpeg_text(3));
  write_file(cats / "rotated.jpg", rotated_jpeg());
  const auto outcome = verify(directory.path());
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.problems.at("cmyk") == Lines{"train/cat/cmyk.jpg", "train/cat/n01739381_1309.JPEG"});
  CHECK(outcome.problems.at("wrong_extension") ==
        Lines{"train/cat/n02105855_2933.JPEG: PNG content", "train/cat/photo.png: JPEG content"});
  CHECK(outcome.problems.at("exif_rotated") == Lines{"train/cat/rotated.jpg: orientation 6"});
  CHECK_THAT(outcome.text, ContainsSubstring("1 of them every ImageNet has"));
  CHECK_THAT(outcome.text, ContainsSubstring("train/cat/n02105855_2933.JPEG: PNG content (known)"));
}

TEST_CASE("the same bytes are found in a class, across classes, and in train and val", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat", "dog"});
  const fs::path& root = directory.path();
  write_file(root / "train/cat/again.jpg", content_of(root / "train/cat/1.JPEG"));
  write_file(root / "train/dog/cat.jpg", content_of(root / "train/cat/2.JPEG"));
  write_file(root / "val/dog/seen.jpg", content_of(root / "train/dog/0.JPEG"));
  write_file(root / "val/dog/seen_again.jpg", content_of(root / "train/dog/0.JPEG"));
  const auto outcome = verify(root);
  CHECK(outcome.exit_code == 65);
  CHECK(outcome.problems.at("duplicate") == Lines{"train/cat/1.JPEG: same bytes as train/cat/again.jpg",
                                                  "val/dog/seen.jpg: same bytes as val/dog/seen_again.jpg"});
  CHECK(outcome.problems.at("in_two_classes") == Lines{"train/cat/2.JPEG: same bytes as train/dog/cat.jpg"});
  CHECK(outcome.problems.at("in_train_and_val") == Lines{"train/dog/0.JPEG: same bytes as val/dog/seen.jpg"});
}

TEST_CASE("the report does not depend on the number of threads", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat", "dog"}, 20, 5);
  for (int i = 0; i < 20; i += 3) write_file(directory.path() / "train/cat" / (std::to_string(i) + ".JPEG"), "bad");
  const auto one = verify(directory.path(), "", 1);
  CHECK(verify(directory.path(), "", 8).json == one.json);
  CHECK(one.problems.at("not_an_image").size() == 7);
}

TEST_CASE("the JSON report has its stable keys and survives names that are no text", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat"});
  write_file(directory.path() / "train/cat" / "\xff\n.jpg", "bad");
  const auto report = nlohmann::json::parse(verify(directory.path()).json);
  CHECK(report["format"] == 1);
  CHECK(report["clean"] == false);
  CHECK(report["errors"] == 1);
  CHECK(report["splits"]["train"]["pictures"] == 4);
  CHECK(report["splits"]["val"]["median_class"] == 2);
  const auto& problem = report["problems"][0];
  CHECK(problem["problem"] == "not_an_image");
  CHECK(problem["severity"] == "error");
  CHECK(problem["findings"][0]["subject"] == "train/cat/\\xff\\x0a.jpg");
}

TEST_CASE("data sets that are not folders are checked by content", "[dataset]") {
  const TemporaryDirectory directory;
  std::string picture(1 + 3 * 32 * 32, '\x11');
  for (int batch = 1; batch <= 5; ++batch) {
    write_file(directory.path() / ("data_batch_" + std::to_string(batch) + ".bin"),
               std::string(1, '\1') + picture.substr(1));
  }
  write_file(directory.path() / "test_batch.bin", picture.replace(0, 1, 1, '\2'));
  write_file(directory.path() / "batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  dataset::VerifyRequest request;
  request.directory = directory.path();
  request.type = "cifar_binary";
  std::ostringstream out;
  CHECK(dataset::run_verify(request, out) == base::ExitCode::kBadData);
  CHECK_THAT(out.str(), ContainsSubstring("in_train_and_val") && ContainsSubstring("duplicate"));
}
