#include <sstream>

#include "topfive/dataset/verify.h"

#include "dataset/data_set.h"

using namespace topfive;
using namespace topfive::tests;
using Lines = std::vector<std::string>;
namespace fs = std::filesystem;

TEST_CASE("every mistake in the folders is listed, not only the first", "[dataset]") {
  const TemporaryDirectory directory;
  const fs::path& root = directory.path();
  make_data_set(root, {"cat", "dog"});
  fs::create_directories(root / "train/.ipynb_checkpoints");
  fs::create_directories(root / "train/empty");
  write_file(root / "train/cat/more/5.jpg", as_text(jpeg_of(70)));
  write_file(root / "train/cat/notes.txt", "x");
  write_file(root / "train/stray.jpg", "x");
  write_file(root / "val/owl/1.jpg", as_text(jpeg_of(71)));
  write_file(root / "train/a\tb/1.jpg", as_text(jpeg_of(72)));
  const auto outcome = verify(root);
  CHECK(outcome.exit_code == 65);
  CHECK(outcome.problems.at("hidden_folder") == Lines{"train/.ipynb_checkpoints"});
  CHECK(outcome.problems.at("empty_class") == Lines{"train/empty"});
  CHECK(outcome.problems.at("nested_folder") == Lines{"train/cat/more"});
  CHECK(outcome.problems.at("ignored_file") == Lines{"train/stray.jpg", "train/cat/notes.txt"});
  CHECK(outcome.problems.at("class_name") == Lines{"train/a\\x09b"});
  CHECK(outcome.problems.at("class_sets_differ") ==
        Lines{"train/a\\x09b: only in train", "train/empty: only in train", "val/owl: only in val"});
  CHECK_THAT(outcome.text, ContainsSubstring("4 classes of 0 to 3 pictures (median 3)"));
}

TEST_CASE("a flat validation folder is named and its pictures are checked all the same", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat", "dog"}, 3, 0);
  write_file(directory.path() / "val/1.JPEG", as_text(jpeg_of(80)));
  write_file(directory.path() / "val/2.JPEG", "bad");
  const auto outcome = verify(directory.path());
  CHECK(outcome.problems.at("flat_split") == Lines{"val: 2 pictures"});
  CHECK_THAT(outcome.problems.at("not_an_image").at(0), StartsWith("val/2.JPEG: "));
  CHECK(outcome.problems.count("class_sets_differ") == 0);
}

TEST_CASE("numeric folders in text order are a warning", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"1", "2", "10"});
  const auto outcome = verify(directory.path());
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.problems.at("numeric_order").size() == 2);
}

TEST_CASE("ImageNet is told by its classes, and pictures that it lacks are counted", "[dataset]") {
  const TemporaryDirectory directory;
  std::vector<std::string> classes;
  for (int i = 0; i < 1000; ++i) classes.push_back("n0" + std::to_string(1'000'000 + i));
  make_data_set(directory.path(), classes, 1, 0);
  const auto outcome = verify(directory.path());
  CHECK(outcome.problems.at("imagenet_count") == Lines{"train: 1000 pictures, ImageNet has 1281167"});
  CHECK(outcome.problems.at("missing_split").size() == 1);
}

TEST_CASE("a directory that is missing or holds no split is refused", "[dataset]") {
  const TemporaryDirectory directory;
  CHECK_THAT(user_error([&] { verify(directory / "none"); }), StartsWith("66 "));
  CHECK_THAT(user_error([&] { verify(directory.path()); }),
             StartsWith("66 ") && ContainsSubstring("train/<class>/*.JPEG"));
}

TEST_CASE("an unknown type or split is a wrong command line that names the known ones", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat"});
  std::ostringstream out;
  dataset::VerifyRequest request;
  request.directory = directory.path();
  request.type = "image_foldr";
  CHECK_THAT(user_error([&] { dataset::run_verify(request, out); }),
             StartsWith("64 ") && ContainsSubstring("image_folder"));
  request.type = "image_folder";
  request.split = "test";
  CHECK_THAT(user_error([&] { dataset::run_verify(request, out); }),
             StartsWith("64 ") && ContainsSubstring("train, val, all"));
}
