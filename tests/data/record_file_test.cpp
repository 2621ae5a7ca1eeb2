#include "topfive/data/record_file.h"

#include <thread>

#include <sys/resource.h>

#include "topfive/data/parallel.h"
#include "topfive/data/picture_file.h"

#include "data/test_files.h"

using namespace topfive;
using data::RecordFile;
using tests::TemporaryDirectory;
using tests::user_error;
using tests::write_file;

namespace {

std::string text_of(const data::RawSample& sample) {
  return {reinterpret_cast<const char*>(sample.bytes.data()), sample.bytes.size()};
}

bool ends_with_markers(const data::RawSample& sample) {
  const std::byte* behind = sample.bytes.data() + sample.bytes.size();
  for (std::size_t i = 0; i < sample.slack; ++i) {
    if (behind[i] != (i % 2 == 0 ? std::byte{0xFF} : std::byte{0xD9})) return false;
  }
  return sample.slack == data::kDecoderSlack;
}

}  // namespace

TEST_CASE("records are read at their place with end markers behind them, whatever the buffer held before") {
  const TemporaryDirectory directory;
  write_file(directory / "a", "0123456789");
  const RecordFile file(directory / "a");
  std::vector<std::byte> buffer(20'000, std::byte{7});
  for (const auto& [offset, size] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 10}, {3, 4}, {9, 1}}) {
    const auto sample = file.read_record(offset, size, buffer);
    CHECK(text_of(sample) == std::string("0123456789").substr(offset, size));
    CHECK(ends_with_markers(sample));
  }
  std::vector<std::byte> fresh;
  CHECK(ends_with_markers(file.read_record(0, 3, fresh)));
  CHECK(ends_with_markers(data::read_picture_file(data::PicturePath((directory / "a").native()), fresh)));
  CHECK(text_of(data::read_picture_file(data::PicturePath((directory / "a").native()), buffer)) == "0123456789");
}

TEST_CASE("records beyond the end, empty or beyond the bound are bad samples") {
  const TemporaryDirectory directory;
  write_file(directory / "a", "0123456789");
  const RecordFile file(directory / "a");
  const std::string name = (directory / "a").string();
  std::vector<std::byte> buffer;
  CHECK_THROWS_WITH(file.read_record(8, 3, buffer), name + " at byte 8: the archive has become shorter");
  CHECK_THROWS_WITH(file.read_record(0, 0, buffer), name + " at byte 0: the record is empty");
  CHECK_THROWS_WITH(file.read_record(2000, data::kMaxRecordBytes + 1, buffer),
                    name + " at byte 2,000: the record has more than 256 MiB");
  CHECK(buffer.size() < 10'000);
}

TEST_CASE("what is no file cannot be opened as an archive") {
  const TemporaryDirectory directory;
  CHECK_THAT(user_error([&] { RecordFile(directory / "none"); }), StartsWith("66 cannot read"));
  CHECK_THAT(user_error([&] { RecordFile(directory.path()); }), StartsWith("65 cannot read"));
}

TEST_CASE("more archives than the soft limit on open files allows are opened") {
  const TemporaryDirectory directory;
  rlimit old{};
  getrlimit(RLIMIT_NOFILE, &old);
  const rlimit low{std::min<rlim_t>(64, old.rlim_max), old.rlim_max};
  setrlimit(RLIMIT_NOFILE, &low);
  std::vector<std::unique_ptr<RecordFile>> files;
  for (int i = 0; i < 100; ++i) {
    // Written by the reader's own process, which has descriptors again after the first refusal.
    if (i < 40) write_file(directory / std::to_string(i), "x");
    files.push_back(std::make_unique<RecordFile>(directory / std::to_string(i % 40)));
  }
  CHECK(files.size() == 100);
  files.clear();
  setrlimit(RLIMIT_NOFILE, &old);
}

TEST_CASE("many threads read one archive while its copy takes over") {
  const TemporaryDirectory directory;
  std::string content;
  for (int i = 0; i < 1000; ++i) content += std::to_string(1000 + i);
  write_file(directory / "a", content);
  write_file(directory / "copy", content);
  write_file(directory / "other", "too short");
  RecordFile file(directory / "a");
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> readers;
    for (int t = 0; t < 4; ++t) {
      readers.emplace_back([&] {
        std::vector<std::byte> buffer;
        for (std::uint64_t i = 0; i < 1000; ++i) {
          if (text_of(file.read_record(4 * i, 4, buffer)) != std::to_string(1000 + i)) ++wrong;
        }
      });
    }
    CHECK_FALSE(file.use_copy(directory / "other"));
    CHECK_FALSE(file.use_copy(directory / "none"));
    CHECK(file.use_copy(directory / "copy"));
    CHECK_FALSE(file.use_copy(directory / "copy"));
  }
  CHECK(wrong == 0);
  CHECK(file.uses_copy());
}

TEST_CASE("work for many items is done once each, and the first failure is thrown on") {
  std::vector<std::atomic<int>> done(500);
  data::for_each_in_parallel(done.size(), 8, [&](std::size_t i) { ++done[i]; });
  for (const auto& count : done) REQUIRE(count == 1);
  for (int repeat = 0; repeat < 50; ++repeat) {
    CHECK_THROWS_WITH(data::for_each_in_parallel(100, 8,
                                                 [&](std::size_t i) {
                                                   if (i % 7 == 5) throw std::runtime_error(std::to_string(i));
                                                 }),
                      "5");
  }
  data::for_each_in_parallel(0, 4, [](std::size_t) { FAIL("there are no items"); });
}
