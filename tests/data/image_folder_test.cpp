#include "topfive/data/image_folder.h"

#include <sys/stat.h>

#include "data/test_files.h"

using namespace topfive;
using data::ImageFolderSource;
using tests::TemporaryDirectory;
using tests::user_error;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> all_names(const data::SampleSource& source) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < source.size(); ++i) names.push_back(source.name(i));
  return names;
}

std::string content(const data::SampleSource& source, std::int64_t index) {
  std::vector<std::byte> buffer;
  const auto raw = source.read(index, buffer);
  CHECK(raw.encoded);
  return {reinterpret_cast<const char*>(raw.bytes.data()), raw.bytes.size()};
}

std::string refusal(const fs::path& root) {
  return user_error([&] { ImageFolderSource(root, "train"); });
}

}  // namespace

TEST_CASE("class folders and their files are counted in byte order") {
  const TemporaryDirectory directory;
  const fs::path train = directory.path() / "train";
  for (const char* file : {"n02/b.JPEG", "n02/B.jpg", "n02/a.Png", "n01/10.jpeg", "n01/9.jpeg", "n10/x.PNG"}) {
    write_file(train / file, file);
  }
  const ImageFolderSource source(directory.path(), "train");
  CHECK(source.class_names() == std::vector<std::string>{"n01", "n02", "n10"});
  CHECK(all_names(source) == std::vector<std::string>{"train/n01/10.jpeg", "train/n01/9.jpeg", "train/n02/B.jpg",
                                                      "train/n02/a.Png", "train/n02/b.JPEG", "train/n10/x.PNG"});
  std::vector<int> labels;
  for (std::int64_t i = 0; i < source.size(); ++i) labels.push_back(source.label(i));
  CHECK(labels == std::vector<int>{0, 0, 1, 1, 1, 2});
  CHECK(content(source, 4) == "n02/b.JPEG");
  CHECK(source.ignored_files() == 0);
  CHECK_FALSE(source.fixed_height_width().has_value());
}

TEST_CASE("other files and hidden files are passed over and counted") {
  const TemporaryDirectory directory;
  const fs::path train = directory.path() / "train";
  for (const char* file : {"README.txt", "a/1.jpg", "a/Thumbs.db", "a/._1.jpg", "a/jpg", "b/2.jpg", "b/.DS_Store",
                           "b/.cache/x.jpg", "stray.jpg"}) {
    write_file(train / file, "x");
  }
  const ImageFolderSource source(directory.path(), "train");
  CHECK(all_names(source) == std::vector<std::string>{"train/a/1.jpg", "train/b/2.jpg"});
  CHECK(source.ignored_files() == 7);
}

TEST_CASE("trees that would train with wrong labels are refused by name") {
  const TemporaryDirectory directory;
  const std::string train = (directory.path() / "train").string();
  const auto [files, path, reason] = GENERATE(table<std::vector<std::string>, std::string, std::string>({
      {{"a/1.jpg", ".ipynb_checkpoints/1-checkpoint.jpg"},
       "/.ipynb_checkpoints",
       "a hidden folder among the class folders would count as a class elsewhere and shift the "
       "labels; remove it"},
      {{"a/1.jpg", "b/readme.txt"}, "/b", "the class folder holds no .jpeg, .jpg or .png files; add some or remove it"},
      {{"ILSVRC2012_val_00000001.JPEG", "ILSVRC2012_val_00000002.JPEG"},
       "",
       "holds pictures but no class folders; sort them into one folder per class first (for the "
       "ImageNet validation set: val/<wordnet id>/*.JPEG)"},
      {{"readme.txt"}, "", "holds no class folders (<class>/*.JPEG)"},
      {{"a/images/1.jpg"}, "/a/images", "a folder inside a class folder; pictures must lie directly in <class>/"},
      {{"a\nb/1.jpg"}, "/a\\x0ab", "the class name has control characters or is not UTF-8; rename the folder"},
  }));
  for (const std::string& file : files) write_file(fs::path(train) / file, "x");
  CHECK(refusal(directory.path()) == "65 " + train + path + ": " + reason);
}

TEST_CASE("links to files and to class folders are followed") {
  const TemporaryDirectory directory;
  write_file(directory.path() / "store" / "a" / "1.jpg", "one");
  write_file(directory.path() / "store" / "2.bin", "two");
  fs::create_directories(directory.path() / "train" / "b");
  fs::create_symlink(directory.path() / "store" / "a", directory.path() / "train" / "a");
  fs::create_symlink(directory.path() / "store" / "2.bin", directory.path() / "train" / "b" / "2.jpg");
  const ImageFolderSource source(directory.path(), "train");
  REQUIRE(all_names(source) == std::vector<std::string>{"train/a/1.jpg", "train/b/2.jpg"});
  CHECK(content(source, 0) == "one");
  CHECK(content(source, 1) == "two");
}

TEST_CASE("file names with any byte are read, and shown on one line") {
  const TemporaryDirectory directory;
  write_file(directory.path() / "train" / "a" / "x\ny\xFF.jpg", "odd");
  const ImageFolderSource source(directory.path(), "train");
  CHECK(source.name(0) == "train/a/x\\x0ay\\xff.jpg");
  CHECK(content(source, 0) == "odd");
}

TEST_CASE("a file that cannot be read is a bad sample, not the end of the run") {
  const TemporaryDirectory directory;
  const fs::path folder = directory.path() / "train" / "a";
  write_file(folder / "empty.jpg", "");
  fs::create_symlink("nowhere", folder / "link.jpg");
  REQUIRE(mkfifo((folder / "pipe.jpg").c_str(), 0600) == 0);
  write_file(folder / "zero.jpg", "");
  fs::resize_file(folder / "zero.jpg", ImageFolderSource::kMaxFileBytes + 1);  // sparse
  const ImageFolderSource source(directory.path(), "train");
  REQUIRE(source.size() == 4);
  std::vector<std::byte> buffer;
  for (std::int64_t i = 0; i < source.size(); ++i) {
    INFO(source.name(i));
    CHECK_THROWS_AS(source.read(i, buffer), data::SampleError);
  }
}

TEST_CASE("the fingerprint changes with names, labels and order, and with nothing else") {
  const auto fingerprint = [](const std::vector<std::string>& files) {
    const TemporaryDirectory directory;
    for (const std::string& file : files) write_file(directory.path() / "train" / file, "x");
    return ImageFolderSource(directory.path(), "train").fingerprint();
  };
  const std::string base = fingerprint({"a/1.jpg", "a/2.jpg", "b/3.jpg"});
  CHECK(base == fingerprint({"b/3.jpg", "a/2.jpg", "a/1.jpg", "b/notes.txt"}));
  CHECK(base != fingerprint({"a/1.jpg", "a/2.jpg", "b/4.jpg"}));
  CHECK(base != fingerprint({"a/1.jpg", "b/2.jpg", "b/3.jpg"}));
  CHECK(base != fingerprint({"a/1.jpg", "a/2.jpg", "c/3.jpg"}));
}

TEST_CASE("a folder that cannot be listed is an input error with the system's reason") {
  const TemporaryDirectory directory;
  const std::string message = refusal(directory.path());
  CHECK(message ==
        "74 " + (directory.path() / "train").string() + ": cannot list the directory: No such file or directory");
}
