#include "topfive/data/list_source.h"

#include "data/test_files.h"

using namespace topfive;
using data::open_list;
using tests::TemporaryDirectory;
using tests::user_error;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> listed(const data::SampleSource& source) {
  std::vector<std::string> all;
  for (std::int64_t i = 0; i < source.size(); ++i) {
    all.push_back(source.name(i) + " " + source.class_names()[static_cast<std::size_t>(source.label(i))]);
  }
  return all;
}

std::string refusal(const fs::path& directory) {
  return user_error([&] { open_list(directory, "train"); });
}

}  // namespace

TEST_CASE("a list gives path and class, by tab or blank, in the order of classes and paths") {
  const TemporaryDirectory directory;
  write_file(directory / "train.txt", "pics/b.jpg dog\r\n\nmy pics/a.jpg\tdog\n  z.png   cat  \n");
  write_file(directory / "val.txt", "v.jpg\tape\n");
  write_file(directory / "my pics/a.jpg", "content");
  const auto source = open_list(directory.path(), "train");
  CHECK(source->class_names() == std::vector<std::string>{"ape", "cat", "dog"});
  CHECK(listed(*source) == std::vector<std::string>{"z.png cat", "my pics/a.jpg dog", "pics/b.jpg dog"});
  std::vector<std::byte> buffer;
  CHECK(source->read(1, buffer).bytes.size() == 7);
  CHECK_THROWS_AS(source->read(0, buffer), data::SampleError);
  CHECK(listed(*open_list(directory.path(), "val")) == std::vector<std::string>{"v.jpg ape"});
}

TEST_CASE("labels that are numbers in both lists stay numbers") {
  const TemporaryDirectory directory;
  write_file(directory / "train.txt", "a.jpg 2\nb.jpg 10\n");
  write_file(directory / "val.txt", "a.jpg 11\n");
  const auto source = open_list(directory.path(), "train");
  CHECK(source->class_names().size() == 12);
  CHECK((source->label(0) == 2 && source->label(1) == 10));
}

TEST_CASE("classes.txt gives the labels of names and numbers") {
  const TemporaryDirectory directory;
  write_file(directory / "classes.txt", "dog\ncat\n");
  write_file(directory / "train.txt", "a.jpg cat\nb.jpg dog\nc.jpg 1\n");
  CHECK(listed(*open_list(directory.path(), "train")) ==
        std::vector<std::string>{"b.jpg dog", "a.jpg cat", "c.jpg cat"});
}

TEST_CASE("absolute paths are taken as they are") {
  const TemporaryDirectory directory;
  write_file(directory / "elsewhere/x.jpg", "content");
  write_file(directory / "lists/train.txt", (directory / "elsewhere/x.jpg").string() + " a\n");
  std::vector<std::byte> buffer;
  CHECK(open_list(directory / "lists", "train")->read(0, buffer).bytes.size() == 7);
}

TEST_CASE("lines that cannot be understood are errors with file and line") {
  const TemporaryDirectory directory;
  write_file(directory / "classes.txt", "dog\ncat\n");
  const auto [line, reason] = GENERATE(table<std::string, std::string>({
      {"a.jpg", "no label; write: path, a tab or a blank, class"},
      {"a.jpg ", "no label; write: path, a tab or a blank, class"},
      {"a.jpg cta", "\"cta\" is no class of classes.txt and no number below 2; did you mean \"cat\"?"},
      {"a.jpg 2", "\"2\" is no class of classes.txt and no number below 2"},
      {"a.jpg -1", "\"-1\" is no class of classes.txt and no number below 2"},
      {std::string(5000, 'a') + " cat", "not a usable path"},
      {std::string("a\0b", 3) + " cat", "not a usable path"},
      {"a.jpg c\x1B", "the class has control characters"},
  }));
  write_file(directory / "train.txt", "ok.jpg cat\n" + line + "\n");
  CHECK(refusal(directory.path()) == "65 " + (directory / "train.txt").string() + ":2: " + reason);
}

TEST_CASE("a missing list is an error") {
  const TemporaryDirectory directory;
  CHECK_THAT(refusal(directory.path()), StartsWith("66 cannot read") && ContainsSubstring("train.txt"));
}
