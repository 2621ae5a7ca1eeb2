#include "topfive/data/row_indexed_source.h"

#include "topfive/base/crc32c.h"
#include "topfive/data/image_folder.h"
#include "topfive/data/open_source.h"
#include "topfive/data/shards.h"

#include "data/storage_fixture.h"
#include "data/test_files.h"

using namespace topfive;
using data::DataConfig;
using data::DataKind;
using data::Split;
using tests::TemporaryDirectory;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

// Made up: what the decoder makes of entries is not this room's business.
std::string entry_for(std::int64_t sample) {
  return "entry " + std::string(static_cast<std::size_t>(37 * sample % 400), '-') + std::to_string(sample);
}

// An entry for every picture but number 3.
void write_rows(const data::SampleSource& source, const fs::path& path) {
  data::RowIndexWriter writer(path, 8);
  std::vector<std::byte> buffer;
  for (std::int64_t i = 0; i < source.size(); ++i) {
    const auto sample = source.read(i, buffer);
    const std::string entry = i == 3 ? "" : entry_for(i);
    writer.add(static_cast<std::uint32_t>(sample.bytes.size()), base::crc32c(sample.bytes),
               std::as_bytes(std::span(entry)));
  }
  writer.finish();
}

DataConfig config_of(DataKind kind) {
  DataConfig config;
  config.type = kind;
  return config;
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string entry_of(const data::SampleSource& source, std::int64_t index) {
  std::vector<std::byte> buffer;
  return text_of(source.read(index, buffer).row_index);
}

// The number of pictures that come with the entry that was made for them; any other one fails.
int count_entries(const data::SampleSource& source) {
  int count = 0;
  std::vector<std::byte> buffer;
  for (std::int64_t i = 0; i < source.size(); ++i) {
    const auto sample = source.read(i, buffer);
    if (sample.row_index.empty()) continue;
    CHECK(text_of(sample.row_index) == entry_for(i));
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("pictures of every kind of storage come with their row indexes and are what they were") {
  const TemporaryDirectory directory;
  const auto kind = GENERATE(DataKind::kImageFolder, DataKind::kIlsvrc2012, DataKind::kShards);
  if (kind == DataKind::kImageFolder) tests::store_as_folders(directory.path());
  if (kind == DataKind::kIlsvrc2012) tests::store_as_ilsvrc2012(directory.path());
  if (kind == DataKind::kShards) tests::store_as_shards(directory.path());
  DataConfig config = config_of(kind);
  const auto plain = data::open_source(config, directory.path(), Split::kTrain);
  CHECK(count_entries(*plain) == 0);
  write_rows(*plain, directory / "train.rows");
  const auto source = data::open_source(config, directory.path(), Split::kTrain);
  CHECK(count_entries(*source) == 14);
  CHECK(source->fingerprint() == plain->fingerprint());
  CHECK(source->archives().size() == plain->archives().size());
  std::vector<std::byte> buffer(100'000, std::byte{7});
  std::vector<std::byte> other;
  for (std::int64_t i = 0; i < source->size(); ++i) {
    CHECK(source->name(i) == plain->name(i));
    CHECK(source->label(i) == plain->label(i));
    CHECK(source->encoded_bytes(i) == plain->encoded_bytes(i));
    source->will_need(i);
    const auto sample = source->read(i, buffer);
    const auto expected = plain->read(i, other);
    CHECK(text_of(sample.bytes) == text_of(expected.bytes));
    REQUIRE(sample.slack == expected.slack);
    CHECK(text_of({sample.bytes.data(), sample.bytes.size() + sample.slack}) ==
          text_of({expected.bytes.data(), expected.bytes.size() + expected.slack}));
  }
  config.row_index = data::RowIndexUse::kOff;
  CHECK(count_entries(*data::open_source(config, directory.path(), Split::kTrain)) == 0);
  config.row_index = data::RowIndexUse::kAuto;
  config.decode = image::JpegDecoder::kLibjpeg;
  CHECK(count_entries(*data::open_source(config, directory.path(), Split::kTrain)) == 0);
}

TEST_CASE("a limited source takes the row indexes of its own pictures") {
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  DataConfig config = config_of(DataKind::kImageFolder);
  write_rows(data::ImageFolderSource(directory.path(), "train"), directory / "train.rows");
  config.train_limit = 5;
  const auto source = data::open_source(config, directory.path(), Split::kTrain);
  for (std::int64_t i = 0; i < 5; ++i) CHECK(entry_of(*source, i) == (i == 1 ? "" : entry_for(3 * i)));
}

TEST_CASE("a picture that changed after its row index was made comes without, the others with theirs") {
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  const data::ImageFolderSource plain(directory.path(), "train");
  write_rows(plain, directory / "train.rows");
  const fs::path file = directory / plain.name(5);
  std::string content = base::read_text_file(file, 1U << 20U);
  const bool same_size = GENERATE(true, false);
  if (same_size) {
    content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
  } else {
    content += "x";
  }
  write_file(file, content);
  const auto source = data::open_source(config_of(DataKind::kImageFolder), directory.path(), Split::kTrain);
  CHECK(entry_of(*source, 5).empty());
  CHECK(count_entries(*source) == 13);
}

TEST_CASE("row indexes of another data set are of no picture") {
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  const DataConfig config = config_of(DataKind::kImageFolder);
  write_rows(data::ImageFolderSource(directory.path(), "val"), directory / "train.rows");
  CHECK(count_entries(*data::open_source(config, directory.path(), Split::kTrain)) == 0);
  data::RowIndexWriter writer(directory / "train.rows", 8);
  for (int i = 0; i < 15; ++i) writer.add(1234, 5678, std::as_bytes(std::span("entry")));
  writer.finish();
  CHECK(count_entries(*data::open_source(config, directory.path(), Split::kTrain)) == 0);
}

TEST_CASE("records that changed places give no picture the entry of another") {
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  const data::ImageFolderSource plain(directory.path(), "train");
  data::RowIndexWriter writer(directory / "train.rows", 8);
  std::vector<std::byte> buffer;
  for (std::int64_t i = plain.size(); i-- > 0;) {
    const auto sample = plain.read(i, buffer);
    writer.add(static_cast<std::uint32_t>(sample.bytes.size()), base::crc32c(sample.bytes),
               std::as_bytes(std::span("entry")));
  }
  writer.finish();
  const auto source = data::open_source(config_of(DataKind::kImageFolder), directory.path(), Split::kTrain);
  for (std::int64_t i = 0; i < source->size(); ++i)
    CHECK(entry_of(*source, i) == (i == 7 ? "entry" + std::string(1, '\0') : ""));
}

TEST_CASE("a checksum that the archive's reader has computed is passed on") {
  const TemporaryDirectory directory;
  tests::store_as_shards(directory.path());
  std::vector<std::byte> buffer;
  CHECK_FALSE(data::open_shards(directory.path(), "train")->read(2, buffer).crc32c);
  write_sample_index(data::index_beside(directory.path(), "train"), tests::index_of_shards(directory.path(), "train"));
  const auto sample = data::open_shards(directory.path(), "train")->read(2, buffer);
  CHECK(sample.crc32c == base::crc32c(sample.bytes));
}

TEST_CASE("a file of row indexes that is damaged costs one line and no picture") {
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  write_file(directory / "train.rows", "TFROWS");
  const auto source = data::open_source(config_of(DataKind::kImageFolder), directory.path(), Split::kTrain);
  CHECK(source->size() == 15);
  CHECK(count_entries(*source) == 0);
}
