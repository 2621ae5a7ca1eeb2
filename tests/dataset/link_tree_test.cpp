#include "topfive/dataset/link_tree.h"

#include "topfive/data/image_folder.h"

#include "dataset/data_set.h"

using namespace topfive;
using namespace topfive::tests;
using Lines = std::vector<std::string>;
namespace fs = std::filesystem;

TEST_CASE("the clean tree leaves out what the rules say and nothing else", "[dataset]") {
  const TemporaryDirectory directory;
  const fs::path root = directory / "data";
  make_data_set(root, {"cat", "dog"}, 4, 2);
  write_file(root / "train/cat/bad.jpg", "bad");
  write_file(root / "train/cat/again.jpg", content_of(root / "train/cat/1.JPEG"));
  write_file(root / "train/dog/cat.jpg", content_of(root / "train/cat/2.JPEG"));
  write_file(root / "val/dog/seen.jpg", content_of(root / "train/dog/0.JPEG"));
  write_file(root / "train/only/1.jpg", as_text(jpeg_of(300)));
  fs::create_directories(root / "train/.hidden");
  const auto before = files_below(root);
  const fs::path links = directory / "clean";
  const auto outcome = verify(root, links);
  CHECK(outcome.exit_code == 65);
  CHECK(files_below(root) == before);
  CHECK(files_below(links) == Lines{"left_out.txt", "train/cat/0.JPEG", "train/cat/1.JPEG", "train/cat/3.JPEG",
                                    "train/cat/again.jpg", "train/dog/1.JPEG", "train/dog/2.JPEG", "train/dog/3.JPEG",
                                    "val/cat/v0.JPEG", "val/cat/v1.JPEG", "val/dog/seen.jpg", "val/dog/v0.JPEG",
                                    "val/dog/v1.JPEG"});
  CHECK(content_of(links / "left_out.txt") ==
        "not_an_image\ttrain/cat/bad.jpg\n"
        "in_two_classes\ttrain/cat/2.JPEG\nin_two_classes\ttrain/dog/cat.jpg\n"
        "in_train_and_val\ttrain/dog/0.JPEG\n"
        "class_left_out\ttrain/only\n");
  CHECK_THAT(outcome.text, ContainsSubstring("12 links in ") && ContainsSubstring("left out: 5"));
  const auto again = verify(links);
  CHECK(again.exit_code == 0);
  CHECK(data::ImageFolderSource(links, "train").size() == 7);
}

TEST_CASE("the clean tree pads numbers whose text order was wrong", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory / "data", {"1", "2", "10"}, 1, 1);
  verify(directory / "data", directory / "clean");
  const data::ImageFolderSource source(directory / "clean", "train");
  CHECK(source.class_names() == Lines{"01", "02", "10"});
  CHECK(content_of(directory / "clean/train/02/0.JPEG") == content_of(directory / "data/train/2/0.JPEG"));
}

TEST_CASE("a place that is not empty or lies inside the data is refused before the pass", "[dataset]") {
  const TemporaryDirectory directory;
  const fs::path root = directory / "data";
  make_data_set(root, {"cat"});
  write_file(directory / "full/file", "x");
  CHECK_THAT(user_error([&] { verify(root, directory / "full"); }), StartsWith("73 "));
  CHECK_THAT(user_error([&] { verify(root, root / "clean"); }), StartsWith("64 ") && ContainsSubstring("inside"));
  CHECK_THAT(user_error([&] { verify(root, root); }), StartsWith("64 "));
  fs::create_directory_symlink(root / "train", directory / "link");
  CHECK_THAT(user_error([&] { verify(root, directory / "link/clean"); }), StartsWith("64 "));
  fs::create_directories(directory / "empty");
  CHECK(verify(root, directory / "empty").exit_code == 0);
  CHECK(files_below(directory / "empty").size() == 6);
}

TEST_CASE("no links are built from pictures without class folders", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory / "data", {"cat"}, 2, 0);
  write_file(directory / "data/val/1.JPEG", as_text(jpeg_of(80)));
  CHECK_THAT(user_error([&] { verify(directory / "data", directory / "clean"); }),
             StartsWith("65 ") && ContainsSubstring("val has no class folders"));
  CHECK_FALSE(fs::exists(directory / "clean"));
}
