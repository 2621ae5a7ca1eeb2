#include "topfive/data/row_index_store.h"

#include <thread>

#include "topfive/data/image_folder.h"
#include "topfive/data/open_source.h"

#include "data/storage_fixture.h"
#include "data/test_files.h"

using namespace topfive;
using data::RowIndexStore;
using data::RowIndexUse;
using data::Split;
using tests::TemporaryDirectory;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

using Bytes = std::vector<std::byte>;

std::unique_ptr<data::SampleSource> open(const fs::path& directory, RowIndexUse use, Split split = Split::kTrain) {
  data::DataConfig config;
  config.row_index = use;
  return data::open_source(config, directory, split);
}

// What make_row_index() says of each picture's bytes.
std::vector<Bytes> expected_rows(const data::SampleSource& source) {
  std::vector<Bytes> rows;
  image::JpegReader reader;
  Bytes buffer;
  for (std::int64_t i = 0; i < source.size(); ++i) {
    rows.push_back(data::make_row_index(reader, source.read(i, buffer).bytes, 0, data::kRowIndexStep));
  }
  return rows;
}

Bytes rows_of(const data::SampleSource& source, std::int64_t index) {
  Bytes buffer;
  const auto rows = source.read(index, buffer).row_index;
  return {rows.begin(), rows.end()};
}

// Pictures that can have one: those of a single row of units need none.
std::int64_t count_possible(const fs::path& directory) {
  const auto rows = expected_rows(*open(directory, RowIndexUse::kOff));
  const auto count = std::count_if(rows.begin(), rows.end(), [](const Bytes& of_one) { return !of_one.empty(); });
  CHECK(count > 10);
  return count;
}

std::int64_t count_rows(const data::SampleSource& source) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < source.size(); ++i) count += rows_of(source, i).empty() ? 0 : 1;
  return count;
}

}  // namespace

TEST_CASE("row indexes are made when a picture is read for the first time, and the next run has them in a file") {
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  write_file(directory / "train/n01440764/bad.JPEG", "no picture");
  const auto expected = expected_rows(*open(directory.path(), RowIndexUse::kOff));
  const std::int64_t possible = count_possible(directory.path());
  {
    const auto source = open(directory.path(), RowIndexUse::kMake);
    for (int epoch = 0; epoch < 2; ++epoch) {
      for (std::int64_t i = 0; i < source->size(); ++i)
        CHECK(rows_of(*source, i) == expected[static_cast<std::size_t>(i)]);
    }
    CHECK_FALSE(fs::exists(directory / "train.rows"));
  }
  CHECK(data::RowIndexFile(directory / "train.rows", 16).entries() == possible);
  const auto next = open(directory.path(), RowIndexUse::kAuto);
  for (std::int64_t i = 0; i < next->size(); ++i) CHECK(rows_of(*next, i) == expected[static_cast<std::size_t>(i)]);
  const std::string written = base::read_text_file(directory / "train.rows", 1U << 20U);
  const auto stamp = data::stamp_of(directory / "train.rows");
  CHECK(count_rows(*open(directory.path(), RowIndexUse::kMake)) == possible);
  CHECK(data::stamp_of(directory / "train.rows") == stamp);  // nothing new, so it was not written again
}

TEST_CASE("row indexes of several runs come together in one file") {
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  for (const std::int64_t rank : {0, 1, 2}) {
    const auto source = open(directory.path(), RowIndexUse::kMake);
    for (std::int64_t i = rank; i < source->size(); i += 3) rows_of(*source, i);
  }
  CHECK(data::RowIndexFile(directory / "train.rows", 15).entries() == count_possible(directory.path()));
  CHECK(count_rows(*open(directory.path(), RowIndexUse::kAuto)) == count_possible(directory.path()));
}

TEST_CASE("the second of two runs that end at once leaves the file to the first") {
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  {
    const base::FileLock lock(directory / ".train.rows.lock");
    CHECK(count_rows(*open(directory.path(), RowIndexUse::kMake)) == count_possible(directory.path()));
  }
  CHECK_FALSE(fs::exists(directory / "train.rows"));
}

TEST_CASE("row indexes that were made with another step are gone on with") {
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  const auto plain = open(directory.path(), RowIndexUse::kOff);
  {
    data::RowIndexWriter writer(directory / "train.rows", 4);
    for (std::int64_t i = 0; i < plain->size(); ++i) writer.add(0, 0, {});
    writer.finish();
  }
  CHECK(count_rows(*open(directory.path(), RowIndexUse::kMake)) == count_possible(directory.path()));
  const data::RowIndexFile rows(directory / "train.rows", 15);
  CHECK(rows.step() == 4);
  CHECK(rows.entries() == count_possible(directory.path()));
}

TEST_CASE("no row indexes are made for evaluation, for libjpeg, or unless they are asked for") {
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  CHECK(count_rows(*open(directory.path(), RowIndexUse::kAuto)) == 0);
  CHECK(count_rows(*open(directory.path(), RowIndexUse::kMake, Split::kEval)) == 0);
  data::DataConfig config;
  config.row_index = RowIndexUse::kMake;
  config.decode = image::JpegDecoder::kLibjpeg;
  CHECK(count_rows(*data::open_source(config, directory.path(), Split::kTrain)) == 0);
  CHECK_FALSE(fs::exists(directory / "train.rows"));
}

TEST_CASE("a store takes no more than its bound, and passes over pictures that changed") {
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  const auto source = open(directory.path(), RowIndexUse::kOff);
  RowIndexStore store(source->size(), data::kRowIndexStep, 1);
  Bytes buffer;
  data::RawSample first = source->read(0, buffer);
  const auto rows = store.rows_of(0, first);
  CHECK_FALSE(rows.empty());
  CHECK(store.rows_of(0, first).data() == rows.data());
  CHECK(store.rows_of(1, first).empty());  // full
  CHECK(store.made() == 1);
  Bytes changed(first.bytes.begin(), first.bytes.end());
  changed[changed.size() / 2] ^= std::byte{1};
  data::RawSample other;
  other.bytes = changed;
  CHECK(store.rows_of(0, other).empty());
}

TEST_CASE("many threads make row indexes of the same pictures") {
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  const auto expected = expected_rows(*open(directory.path(), RowIndexUse::kOff));
  const auto source = open(directory.path(), RowIndexUse::kMake);
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> readers;
    for (int t = 0; t < 4; ++t) {
      readers.emplace_back([&] {
        for (std::int64_t i = 0; i < source->size(); ++i) {
          wrong += rows_of(*source, i) == expected[static_cast<std::size_t>(i)] ? 0 : 1;
        }
      });
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("row indexes that can be kept nowhere are used all the same") {
  const TemporaryDirectory directory;
  tests::store_as_folders(directory / "data");
  const auto source = open(directory / "data", RowIndexUse::kMake);
  CHECK(count_rows(*source) == count_possible(directory / "data"));
  fs::remove_all(directory / "data");
  write_file(directory / "data", "in the way");
}
