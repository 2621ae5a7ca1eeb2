#include "topfive/data/sample_index.h"

#include "topfive/base/crc32c.h"
#include "topfive/base/random_stream.h"

#include "data/test_files.h"

using namespace topfive;
using data::IndexError;
using data::SampleIndex;
using data::SampleRecord;
namespace flag = data::sample_flag;

namespace {

SampleRecord record(std::uint32_t place, std::uint64_t offset, std::uint32_t label) {
  SampleRecord value;
  value.place = place;
  value.offset = offset;
  value.label = label;
  value.size = 100;
  return value;
}

SampleIndex sample_index() {
  SampleIndex index;
  index.kind = "shards";
  index.split = "train";
  index.passed_over = 3;
  index.places = {{"train-000000.tar", {5000, 1}, false}, {"train-000001.tar", {9000, -2}, false}};
  index.class_names = {"n01", "n02"};
  index.add(record(1, 512, 1), "b.jpg");
  index.add(record(0, 1024, 0), "z.jpg");
  index.add(record(0, 512, 1), "a.jpg");
  SampleRecord full = record(1, 8900, 0);
  full.flags = flag::kFactsKnown | flag::kChecksumKnown | flag::kPng;
  full.width = 500;
  full.height = 375;
  full.crc32c = 0xDEADBEEF;
  index.add(full, "a.png");
  index.sort_canonically();
  return index;
}

SampleIndex parsed(const std::string& text) { return data::parse_sample_index(std::as_bytes(std::span(text))); }

std::string problem(const std::string& text) {
  try {
    parsed(text);
  } catch (const IndexError& error) {
    return error.what();
  }
  return "none";
}

// The file with its checksum and length made right again.
std::string sealed(std::string text) {
  const auto put = [&](std::size_t at, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) text[at + i] = static_cast<char>(value >> (8 * i));
  };
  const auto body = std::as_bytes(std::span(text)).subspan(24);
  put(12, base::crc32c(body), 4);
  put(16, body.size(), 8);
  return text;
}

std::string broken(const std::function<void(SampleIndex&)>& change) {
  SampleIndex index = sample_index();
  change(index);
  return problem(serialise(index));
}

}  // namespace

TEST_CASE("samples are ordered by label, then by file name in byte order") {
  const SampleIndex index = sample_index();
  std::vector<std::string> order;
  for (std::int64_t i = 0; i < index.size(); ++i) {
    order.push_back(std::to_string(index.records[static_cast<std::size_t>(i)].label) + std::string(index.file_name(i)));
  }
  CHECK(order == std::vector<std::string>{"0a.png", "0z.jpg", "1a.jpg", "1b.jpg"});
}

TEST_CASE("an index comes back from its file as it was") {
  const tests::TemporaryDirectory directory;
  const SampleIndex index = sample_index();
  const auto path = data::index_beside(directory.path(), "train");
  CHECK(path.filename() == "train.index");
  write_sample_index(path, index);
  const SampleIndex again = data::read_sample_index(path);
  CHECK(serialise(again) == serialise(index));
  CHECK(again.places == index.places);
  CHECK(again.class_names == index.class_names);
  CHECK(again.records[0].width == 500);
  CHECK(again.records[0].crc32c == 0xDEADBEEF);
  CHECK(again.passed_over == 3);
  CHECK(fingerprint_of(again) == fingerprint_of(index));
}

TEST_CASE("the fingerprint follows names, labels and pixels, and no place") {
  SampleIndex index = sample_index();
  const std::string base = fingerprint_of(index);
  index.records[2].offset = 0;
  index.places.pop_back();
  CHECK(fingerprint_of(index) == base);
  index.pixels = "short_side=256";
  CHECK(fingerprint_of(index) != base);
  index.pixels.clear();
  index.records[1].label = 1;
  CHECK(fingerprint_of(index) != base);
}

TEST_CASE("an index that was cut off or changed is refused") {
  const std::string text = serialise(sample_index());
  for (std::size_t length = 0; length < text.size(); ++length) REQUIRE(problem(text.substr(0, length)) != "none");
  CHECK(problem(text + "x") == "it is cut off");
  CHECK(problem(sealed(text + "x")) == "there are bytes behind its end");
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 4);
    REQUIRE(problem(changed) != "none");
  }
  std::string other = text;
  other[8] = 2;
  CHECK(problem(other) == "it has version 2, this program reads 1");
  CHECK(problem("PNG" + std::string(100, 'x')) == "it is no index");
}

TEST_CASE("an index that contradicts itself is refused") {
  CHECK(broken([](SampleIndex&) {}) == "none");
  CHECK(broken([](SampleIndex& i) { i.records[0].offset = 8901; }) == "a record beyond the end of its archive");
  CHECK(broken([](SampleIndex& i) { i.records[0].offset = ~0ULL; }) == "a record beyond the end of its archive");
  CHECK(broken([](SampleIndex& i) { i.records[0].size = 0; }) == "a record of impossible size");
  CHECK(broken([](SampleIndex& i) { i.records[0].place = 2; }) == "a sample without a place");
  CHECK(broken([](SampleIndex& i) { i.records[3].label = 2; }) == "a label without a class");
  CHECK(broken([](SampleIndex& i) { i.records[0].label = 1; }) == "samples out of order");
  CHECK(broken([](SampleIndex& i) { i.records[0].flags = 128; }) == "an unknown flag");
  CHECK(broken([](SampleIndex& i) { i.records[0].width = 0; }) == "a picture without pixels");
  CHECK(broken([](SampleIndex& i) { i.records[1].name_begin = 0; }) == "file names out of order");
  CHECK(broken([](SampleIndex& i) { i.records[3].name_begin = 999; }) == "file names out of order");
  CHECK(broken([](SampleIndex& i) { i.names[0] = '\0'; }) == "a file name that cannot be");
  CHECK(broken([](SampleIndex& i) { i.places[0].name = "/etc/passwd"; }) == "a place outside the data directory");
  CHECK(broken([](SampleIndex& i) { i.places[0].name = "a/../../b"; }) == "a place outside the data directory");
  CHECK(broken([](SampleIndex& i) { i.places[1].is_directory = true; }) == "an offset in a directory");
  CHECK(broken([](SampleIndex& i) { i.class_names[0] = "a\nb"; }) == "a class name that is not printable");
  CHECK(broken([](SampleIndex& i) { i.class_names[0] = std::string(5000, 'x'); }) == "a name of more than 4096 bytes");
}

TEST_CASE("3,000 mutated index files with right checksums are refused or consistent") {
  const std::string text = serialise(sample_index());
  base::RandomStream random(9, 9, 9);
  int accepted = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string mutated = text;
    for (std::uint64_t k = 0; k <= random.below(3); ++k) {
      mutated[static_cast<std::size_t>(24 + random.below(text.size() - 24))] = static_cast<char>(random.below(256));
    }
    if (random.below(4) == 0) mutated.resize(static_cast<std::size_t>(24 + random.below(text.size() - 24)));
    try {
      const SampleIndex index = parsed(sealed(mutated));
      ++accepted;
      for (std::int64_t s = 0; s < index.size(); ++s) {
        const SampleRecord& sample = index.records[static_cast<std::size_t>(s)];
        REQUIRE(sample.label < index.class_names.size());
        REQUIRE(!index.file_name(s).empty());
        const auto& place = index.places.at(sample.place);
        if (!place.is_directory) REQUIRE(sample.offset + sample.size <= place.stamp.size);
      }
    } catch (const IndexError&) {
    }
  }
  CHECK(accepted > 30);
}
