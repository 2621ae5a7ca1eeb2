#include "topfive/data/shards.h"

#include "topfive/base/random_stream.h"

#include "data/storage_fixture.h"
#include "data/tar_blocks.h"
#include "data/test_files.h"

using namespace topfive;
using Catch::Matchers::EndsWith;
using data::open_shards;
using tests::tar_end;
using tests::tar_file;
using tests::TemporaryDirectory;
using tests::user_error;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

std::string text_of(const data::SampleSource& source, std::int64_t index) {
  std::vector<std::byte> buffer;
  const auto raw = source.read(index, buffer);
  return {reinterpret_cast<const char*>(raw.bytes.data()), raw.bytes.size()};
}

std::vector<std::string> contents(const data::SampleSource& source) {
  std::vector<std::string> all;
  for (std::int64_t i = 0; i < source.size(); ++i) {
    all.push_back(std::to_string(source.label(i)) + " " + source.name(i) + " " + text_of(source, i));
  }
  return all;
}

std::string refusal(const fs::path& directory) {
  return user_error([&] { open_shards(directory, "train"); });
}

// Changes a byte of a file.
void flip_byte(const fs::path& path, std::uint64_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(byte ^ 1));
}

}  // namespace

TEST_CASE("samples of shards are ordered by label and key, whichever shard they lie in") {
  const TemporaryDirectory directory;
  write_file(directory / "train-000000.tar", tar_file("b.jpg", "B") + tar_file("b.cls", "1") +
                                                 tar_file("z.cls", " 0\n") + tar_file("z.JPEG", "Z") + tar_end());
  write_file(directory / "train-000001.tar", tar_file("sub/a.png", "A") + tar_file("sub/a.json", "{}") +
                                                 tar_file("sub/a.cls", "1") + tar_file("__index__", "?") +
                                                 tar_file("c.cls", "2") + tar_file("c.Jpg", "C") + tar_end());
  const auto source = open_shards(directory.path(), "train");
  CHECK(contents(*source) == std::vector<std::string>{"0 train/0/z.JPEG Z", "1 train/1/b.jpg B",
                                                      "1 train/1/sub/a.png A", "2 train/2/c.Jpg C"});
  CHECK(source->class_names() == std::vector<std::string>{"0", "1", "2"});
  CHECK(source->index().passed_over == 2);
}

TEST_CASE("shards may lie in a folder of the split, and classes.txt names the classes") {
  const TemporaryDirectory directory;
  write_file(directory / "train" / "x.tar", tar_file("a.jpg", "A") + tar_file("a.cls", "1") + tar_end());
  write_file(directory / "classes.txt", "cat\ndog\n");
  const auto source = open_shards(directory.path(), "train");
  CHECK(contents(*source) == std::vector<std::string>{"1 train/dog/a.jpg A"});
  CHECK(source->class_names() == std::vector<std::string>{"cat", "dog"});
}

TEST_CASE("mistakes in shards are errors with shard, file, place and reason") {
  const TemporaryDirectory directory;
  const std::string picture = tar_file("a.jpg", "A");
  const auto [content, place, reason] = GENERATE_COPY(table<std::string, std::string, std::string>({
      {picture, "a.jpg at byte 512", "a picture without its label (a.cls)"},
      {tar_file("a.cls", "1"), "a.cls at byte 512", "a label without its picture (jpg, jpeg or png)"},
      {picture + tar_file("a.cls", "-1"), "a.cls at byte 1,536", "the label is no number from 0 to 999,999"},
      {picture + tar_file("a.cls", "1000000"), "a.cls at byte 1,536", "the label is no number from 0 to 999,999"},
      {picture + tar_file("a.cls", ""), "a.cls at byte 1,536", "the label is no number from 0 to 999,999"},
      {picture + tar_file("a.png", "B"), "a.png at byte 1,536", "a second picture of the sample"},
      {picture + tar_file("a.cls", "1") + tar_file("a.cls", "1"), "a.cls at byte 2,560",
       "a second label of the sample"},
      {tar_file("a.jpg", "") + tar_file("a.cls", "1"), "a.jpg at byte 512", "the picture is empty or too large"},
  }));
  write_file(directory / "train-0.tar", content + tar_end());
  CHECK(refusal(directory.path()) ==
        "65 " + (directory / "train-0.tar").string() + ": " + place + ": " + reason + "; write the shard anew");
}

TEST_CASE("missing shards and labels beyond classes.txt are errors that say what to do") {
  const TemporaryDirectory directory;
  CHECK(refusal(directory.path()) ==
        "66 " + directory.path().string() + ": no shards; --data DIR must hold train-*.tar or train/*.tar");
  write_file(directory / "train-0.tar", tar_file("a.jpg", "A") + tar_file("a.cls", "2") + tar_end());
  write_file(directory / "classes.txt", "cat\ndog\n");
  CHECK(refusal(directory.path()) == "65 " + (directory / "train-0.tar").string() +
                                         ": a.jpg has the label 2, but classes.txt names 2 classes; complete it");
  write_file(directory / "classes.txt", "cat\n\n");
  CHECK_THAT(refusal(directory.path()),
             StartsWith("65 " + (directory / "classes.txt:2").string() + ": not a class name"));
  write_file(directory / "classes.txt", "cat\ncat\n");
  CHECK_THAT(refusal(directory.path()), ContainsSubstring(":2: the class is there twice"));
}

TEST_CASE("shards that are cut off anywhere or mutated are refused or read, never worse") {
  const TemporaryDirectory directory;
  tests::store_as_shards(directory.path());
  const fs::path shard = directory / "train-000001.tar";
  const std::string whole = base::read_text_file(shard, 1U << 24U);
  for (std::size_t length = 0; length + 1024 <= whole.size(); length += 512) {
    write_file(shard, whole.substr(0, length));
    CHECK_THAT(refusal(directory.path()), StartsWith("65 " + shard.string() + ": at byte "));
  }
  base::RandomStream random(1, 1, 1);
  for (int i = 0; i < 300; ++i) {
    std::string mutated = whole;
    for (int k = 0; k < 3; ++k) {
      const auto block = random.below(mutated.size() / 512) * 512;
      mutated[static_cast<std::size_t>(block + random.below(180))] = static_cast<char>(random.below(256));
    }
    write_file(shard, mutated);
    try {
      const auto source = open_shards(directory.path(), "train");
      for (std::int64_t s = 0; s < source->size(); ++s) text_of(*source, s);
    } catch (const base::UserError& error) {
      CHECK(error.code() == base::ExitCode::kBadData);
    }
  }
}

TEST_CASE("a record that was damaged after packing is a bad sample with archive and place") {
  const TemporaryDirectory directory;
  tests::store_as_shards(directory.path());
  const auto index = tests::index_of_shards(directory.path(), "train");
  write_sample_index(data::index_beside(directory.path(), "train"), index);
  const auto source = open_shards(directory.path(), "train");
  const auto& record = source->index().records[4];
  const std::string shard = source->index().places[record.place].name;
  flip_byte(directory / shard, record.offset + record.size / 2);
  std::vector<std::byte> buffer;
  CHECK_THROWS_WITH(source->read(4, buffer), StartsWith((directory / shard).string() + " at byte ") &&
                                                 EndsWith("the record's checksum is wrong: it was damaged on disk"));
  CHECK_NOTHROW(source->read(5, buffer));
}

TEST_CASE("a shard that becomes shorter while it is open is a bad sample") {
  const TemporaryDirectory directory;
  tests::store_as_shards(directory.path());
  const auto source = open_shards(directory.path(), "val");
  fs::resize_file(directory / "val-000000.tar", 700);
  std::vector<std::byte> buffer;
  CHECK_THROWS_WITH(source->read(5, buffer), EndsWith("the archive has become shorter"));
}
