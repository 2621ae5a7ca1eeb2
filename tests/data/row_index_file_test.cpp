#include "topfive/data/row_index_file.h"

#include <thread>

#include <stdlib.h>

#include "topfive/base/crc32c.h"
#include "topfive/base/random_stream.h"
#include "topfive/data/index_cache.h"

#include "data/test_files.h"

using namespace topfive;
using data::RowIndexFile;
using tests::TemporaryDirectory;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kSamples = 4;
constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kRecordBytes = 24;
constexpr std::size_t kTrailerBytes = 20;

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

// The second sample has none.
const std::vector<std::string>& entries() {
  static const std::vector<std::string> kEntries = {"rows of the first", "", "third", "and the last"};
  return kEntries;
}

void write_rows(const fs::path& path) {
  data::RowIndexWriter writer(path, 8);
  std::uint32_t number = 1;
  for (const std::string& entry : entries()) {
    writer.add(1000 * number, 0xC0FFEE00U + number, bytes_of(entry));
    ++number;
  }
  CHECK(writer.samples() == kSamples);
  CHECK(writer.entries() == 3);
  CHECK(writer.entry_bytes() == 34);
  writer.finish();
}

std::string whole_file() {
  const TemporaryDirectory directory;
  write_rows(directory / "rows");
  return base::read_text_file(directory / "rows", 1000);
}

std::string entry_of(const RowIndexFile& rows, std::int64_t sample) {
  std::string text(rows.record(sample).length, '?');
  return rows.read_entry(sample, std::as_writable_bytes(std::span(text))) ? text : "none";
}

// Why the file is refused.
std::string problem(const fs::path& path, std::int64_t samples = kSamples) {
  try {
    const RowIndexFile rows(path, samples);
  } catch (const data::IndexError& error) {
    return error.what();
  }
  return "none";
}

// The file with its checksum and length made right again.
std::string sealed(std::string text) {
  const auto put = [&](std::size_t at, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) text[at + i] = static_cast<char>(value >> (8 * i));
  };
  put(text.size() - 12, text.size(), 8);
  const std::size_t table = text.size() - kTrailerBytes - kSamples * kRecordBytes;
  const std::string counted = text.substr(0, kHeaderBytes) + text.substr(table, text.size() - table - 4);
  put(text.size() - 4, base::crc32c(bytes_of(counted)), 4);
  return text;
}

// Every entry is given out as it was written or not at all.
void check_entries(const RowIndexFile& rows, std::size_t damaged) {
  std::size_t missing = 0;
  for (std::int64_t i = 0; i < kSamples; ++i) {
    const std::string& right = entries()[static_cast<std::size_t>(i)];
    const std::string entry = entry_of(rows, i);
    if (entry == "none") {
      missing += right.empty() ? 0 : 1;
    } else {
      REQUIRE(entry == right);
    }
  }
  REQUIRE(missing == damaged);
}

class CacheDirectory {
 public:
  explicit CacheDirectory(const fs::path& path) { setenv("TOPFIVE_CACHE_DIR", path.c_str(), 1); }
  ~CacheDirectory() { setenv("TOPFIVE_CACHE_DIR", "", 1); }
  CacheDirectory(const CacheDirectory&) = delete;
  CacheDirectory& operator=(const CacheDirectory&) = delete;
};

}  // namespace

TEST_CASE("row indexes come back from their file as they were") {
  const TemporaryDirectory directory;
  const fs::path path = data::rows_beside(directory.path(), "train");
  CHECK(path.filename() == "train.rows");
  write_rows(path);
  const RowIndexFile rows(path, kSamples);
  CHECK(rows.size() == kSamples);
  CHECK(rows.step() == 8);
  CHECK(rows.entries() == 3);
  CHECK(rows.record(2).picture_bytes == 3000);
  CHECK(rows.record(2).picture_crc32c == 0xC0FFEE03U);
  check_entries(rows, 0);
  CHECK(entry_of(rows, 1) == "none");
  CHECK(fs::file_size(path) == kHeaderBytes + 34 + kSamples * kRecordBytes + kTrailerBytes);
}

TEST_CASE("a file of no samples and one of more samples than are read at once come back too") {
  const TemporaryDirectory directory;
  const std::uint32_t count = GENERATE(0U, 10'000U);
  data::RowIndexWriter writer(directory / "rows", 0);
  for (std::uint32_t i = 0; i < count; ++i) writer.add(i + 1, 7 * i, bytes_of(std::to_string(i)));
  writer.finish();
  const RowIndexFile rows(directory / "rows", count);
  bool equal = rows.entries() == count;
  for (std::uint32_t i = 0; i < count; ++i) {
    equal = equal && rows.record(i).picture_crc32c == 7 * i && entry_of(rows, i) == std::to_string(i);
  }
  CHECK(equal);
}

TEST_CASE("an entry of impossible length is left out by the writer") {
  const TemporaryDirectory directory;
  data::RowIndexWriter writer(directory / "rows", 1);
  writer.add(5, 6, std::vector<std::byte>(data::kMaxRowIndexBytes + 1));
  writer.finish();
  CHECK(RowIndexFile(directory / "rows", 1).entries() == 0);
}

TEST_CASE("nothing is seen of a file of row indexes that was not finished") {
  const TemporaryDirectory directory;
  {
    data::RowIndexWriter writer(directory / "rows", 1);
    writer.add(5, 6, bytes_of("entry"));
  }
  CHECK(fs::is_empty(directory.path()));
}

TEST_CASE("a flipped byte costs one entry or the file, and a file that was cut off is refused") {
  const TemporaryDirectory directory;
  const std::string text = whole_file();
  const fs::path path = directory / "rows";
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
    write_file(path, changed);
    const bool in_entry = i >= kHeaderBytes && i < kHeaderBytes + 34;
    if (in_entry) {
      check_entries(RowIndexFile(path, kSamples), 1);
    } else {
      REQUIRE(problem(path) != "none");
    }
  }
  for (std::size_t length = 0; length < text.size(); ++length) {
    write_file(path, text.substr(0, length));
    REQUIRE(problem(path) != "none");
  }
  write_file(path, text + "x");
  CHECK(problem(path) == "it is cut off");
}

TEST_CASE("files of row indexes that cannot be are refused with the reason") {
  const TemporaryDirectory directory;
  const std::string text = whole_file();
  const std::size_t table = text.size() - kTrailerBytes - kSamples * kRecordBytes;
  const auto problem_with = [&](std::size_t at, std::uint64_t value, std::size_t bytes) {
    std::string changed = text;
    for (std::size_t i = 0; i < bytes; ++i) changed[at + i] = static_cast<char>(value >> (8 * i));
    write_file(directory / "rows", sealed(changed));
    return problem(directory / "rows");
  };
  CHECK(problem_with(0, 'T', 1) == "none");
  CHECK(problem_with(0, 'X', 1) == "it holds no row indexes");
  CHECK(problem_with(8, 2, 4) == "it has version 2, this program reads 1");
  CHECK(problem_with(12, 0xFFFFFFFF, 4) == "an impossible step");
  const std::size_t count_at = text.size() - kTrailerBytes;
  CHECK(problem_with(count_at, 5, 8) == "it is of 5 pictures, not of 4");
  CHECK(problem_with(count_at, 1U << 20U, 8) == "a count is larger than the file");
  CHECK(problem_with(count_at, ~std::uint64_t{0}, 8) == "a count is larger than the file");
  CHECK(problem_with(table + 8, 15, 8) == "an entry outside of the file");
  CHECK(problem_with(table + 8, table - 16, 8) == "an entry outside of the file");
  CHECK(problem_with(table + 8, ~std::uint64_t{0} - 3, 8) == "an entry outside of the file");
  CHECK(problem_with(table + 16, 35, 4) == "an entry outside of the file");
  CHECK(problem_with(table + 16, ~std::uint32_t{0}, 4) == "an entry of impossible length");
  write_file(directory / "rows", text);
  CHECK(problem(directory / "rows", 5) == "it is of 4 pictures, not of 5");
}

TEST_CASE("2,000 mutated files of row indexes with right checksums are refused or give right entries") {
  const TemporaryDirectory directory;
  const std::string text = whole_file();
  base::RandomStream random(3, 5, 7);
  int accepted = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string mutated = text;
    for (std::uint64_t k = 0; k <= random.below(3); ++k) {
      mutated[static_cast<std::size_t>(random.below(text.size()))] = static_cast<char>(random.below(256));
    }
    write_file(directory / "rows", sealed(mutated));
    try {
      const RowIndexFile rows(directory / "rows", kSamples);
      ++accepted;
      for (std::int64_t s = 0; s < kSamples; ++s) {
        if (const std::string entry = entry_of(rows, s); entry != "none") {
          REQUIRE(base::crc32c(bytes_of(entry)) == rows.record(s).crc32c);
        }
      }
    } catch (const data::IndexError&) {
    }
  }
  CHECK(accepted > 100);
}

TEST_CASE("entries that changed places are not given out for each other") {
  const TemporaryDirectory directory;
  std::string text = whole_file();
  text.replace(kHeaderBytes, 10, std::string(text, kHeaderBytes + 22, 10));
  write_file(directory / "rows", text);
  check_entries(RowIndexFile(directory / "rows", kSamples), 1);
}

TEST_CASE("a file of row indexes that becomes shorter while it is open gives no entries") {
  const TemporaryDirectory directory;
  write_rows(directory / "rows");
  const RowIndexFile rows(directory / "rows", kSamples);
  fs::resize_file(directory / "rows", kHeaderBytes + 20);
  check_entries(rows, 2);
  rows.will_need(3);
  fs::resize_file(directory / "rows", 0);
  check_entries(rows, 3);
}

TEST_CASE("many threads read the entries of one file") {
  const TemporaryDirectory directory;
  write_rows(directory / "rows");
  const RowIndexFile rows(directory / "rows", kSamples);
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> readers;
    for (int t = 0; t < 4; ++t) {
      readers.emplace_back([&] {
        for (int i = 0; i < 500; ++i) wrong += entry_of(rows, 3) == entries()[3] && entry_of(rows, 1) == "none" ? 0 : 1;
      });
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("row indexes lie beside the data, or in the cache") {
  const TemporaryDirectory directory;
  const CacheDirectory cache(directory / "cache");
  const fs::path data_dir = directory / "data";
  fs::create_directories(data_dir);
  CHECK(data::find_rows(data_dir, "val", kSamples) == nullptr);
  CHECK(data::rows_to_write(data_dir, "val") == data_dir / "val.rows");
  const fs::path cached = data::cached_path("rows\nval", data_dir, ".rows");
  fs::create_directories(cached.parent_path());
  write_rows(cached);
  REQUIRE(data::find_rows(data_dir, "val", kSamples) != nullptr);
  CHECK(data::find_rows(data_dir, "val", kSamples)->name() == cached.string());
  CHECK(data::find_rows(data_dir, "train", kSamples) == nullptr);
  CHECK(data::find_rows(data_dir, "val", kSamples + 1) == nullptr);
  write_rows(data_dir / "val.rows");
  CHECK(data::find_rows(data_dir, "val", kSamples)->name() == (data_dir / "val.rows").string());
  write_file(data_dir / "val.rows", "damaged");
  CHECK(data::find_rows(data_dir, "val", kSamples)->name() == cached.string());
  fs::remove(data_dir / "val.rows");
  fs::create_directory(data_dir / "val.rows");
  CHECK(data::find_rows(data_dir, "val", kSamples)->name() == cached.string());
}

TEST_CASE("row indexes go into the cache where the data cannot be written, and nowhere where there is none") {
  const TemporaryDirectory directory;
  // No directory can be made below a file, whoever asks.
  write_file(directory / "file", "x");
  const fs::path data_dir = directory / "file" / "data";
  CHECK_THAT(tests::user_error([&] { data::rows_to_write(data_dir, "train"); }), StartsWith("73 "));
  const CacheDirectory cache(directory / "cache");
  CHECK(data::rows_to_write(data_dir, "train") == data::cached_path("rows\ntrain", data_dir, ".rows"));
  CHECK(fs::is_directory(directory / "cache"));
}
