#include "topfive/base/files.h"

#include <array>
#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error_of.h"
#include "base/file_directory.h"
#include "support/catch.h"

using namespace topfive::base;
using topfive::tests::CaughtError;
using topfive::tests::error_of;
using topfive::tests::FileDirectory;

namespace {

constexpr std::uint64_t kLimit = 1000;

CaughtError read_error(const std::filesystem::path& path) {
  return error_of([&] { read_text_file(path, kLimit); });
}

// Files of this process cannot grow above `bytes` while it lives, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &saved_);
    const rlimit limit{bytes, saved_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &saved_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit saved_{};
  void (*handler_)(int);
};

// A directory that this process may read but not write while the guard lives. Root may write everywhere, so root gives
// the directory to another user and takes that user's place.
class WithoutWritePermission {
 public:
  explicit WithoutWritePermission(const std::filesystem::path& directory) : directory_(directory) {
    REQUIRE(chmod(directory_.c_str(), 0500) == 0);
    if (!root_) return;
    REQUIRE(chown(directory_.c_str(), kNobody, kNobody) == 0);
    REQUIRE(seteuid(kNobody) == 0);
  }
  ~WithoutWritePermission() {
    if (root_) CHECK(seteuid(0) == 0);
    CHECK(chmod(directory_.c_str(), 0700) == 0);
  }
  WithoutWritePermission(const WithoutWritePermission&) = delete;
  WithoutWritePermission& operator=(const WithoutWritePermission&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;
  const bool root_ = geteuid() == 0;
  std::filesystem::path directory_;
};

}  // namespace

TEST_CASE("a file is read whole, every byte value included") {
  const FileDirectory directory;
  std::string content;
  for (int i = 0; i < 256; ++i) content += static_cast<char>(i);
  const auto path = directory.write("data", content);
  CHECK(read_text_file(path, kLimit) == content);
  std::vector<std::byte> buffer(5000);
  read_binary_file(path, kLimit, buffer);
  REQUIRE(buffer.size() == 256);
  CHECK(buffer[255] == std::byte{255});
}

TEST_CASE("the reused buffer keeps its memory and takes the length of each file") {
  const FileDirectory directory;
  std::vector<std::byte> buffer;
  read_binary_file(directory.write("long", std::string(900, 'x')), kLimit, buffer);
  const std::byte* const memory = buffer.data();
  read_binary_file(directory.write("short", "abc"), kLimit, buffer);
  CHECK(buffer.size() == 3);
  CHECK(buffer.data() == memory);
  read_binary_file(directory.write("empty", ""), kLimit, buffer);
  CHECK(buffer.empty());
}

TEST_CASE("a link to a file is followed, and a file of exactly the limit is read") {
  const FileDirectory directory;
  const auto path = directory.write("data", std::string(kLimit, 'x'));
  std::filesystem::create_symlink("data", directory.file("link"));
  CHECK(read_text_file(directory.file("link"), kLimit).size() == kLimit);
}

TEST_CASE("a file that is written piece by piece is seen when it is whole, and leaves nothing where it never was") {
  const FileDirectory directory;
  const auto path = directory.write("data", "old");
  const auto entries = [&] { return list_directory(path.parent_path()).size(); };
  const auto bytes_of = [](std::string_view text) { return std::as_bytes(std::span(text)); };
  {
    AtomicFile file(path);
    file.write(bytes_of("lost"));
    CHECK(entries() == 2);
  }
  CHECK(entries() == 1);
  AtomicFile file(path);
  file.write(bytes_of("new "));
  file.write({});
  file.write(bytes_of("content"));
  CHECK(read_text_file(path, kLimit) == "old");
  file.finish();
  CHECK(read_text_file(path, kLimit) == "new content");
  CHECK(entries() == 1);
}

TEST_CASE("a file that is not there is named with the system's reason") {
  const FileDirectory directory;
  const auto error = read_error(directory.file("none"));
  CHECK(error.code == ExitCode::kInputMissing);
  CHECK(error.text ==
        "cannot read \"" + directory.file("none").string() + "\": No such file or directory; check the path");
}

TEST_CASE("a file above the limit is refused before it is read") {
  const FileDirectory directory;
  const auto path = directory.write("data", std::string(kLimit + 1, 'x'));
  const auto error = read_error(path);
  CHECK(error.code == ExitCode::kBadData);
  CHECK(error.text == "cannot read \"" + path.string() +
                          "\": it has 1,001 bytes, at most 1,000 are accepted; check that it is the "
                          "right file");
}

TEST_CASE("directories, pipes and devices are refused without waiting") {
  const FileDirectory directory;
  const auto pipe = directory.file("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  using Row = std::pair<std::filesystem::path, std::string>;
  const std::array rows{Row{directory.path(), "a directory"}, Row{pipe, "a named pipe"}, Row{"/dev/zero", "a device"}};
  for (const auto& [path, kind] : rows) {
    const auto error = read_error(path);
    CHECK(error.code == ExitCode::kBadData);
    CHECK(error.text == "cannot read \"" + path.string() + "\": it is " + kind + ", not a regular file; name a file");
  }
}

TEST_CASE("an atomic write makes or replaces the file and leaves nothing else") {
  const FileDirectory directory;
  const auto path = directory.file("state.json");
  for (const std::string content : {"first", "", "a longer third"}) {
    write_file_atomically(path, content);
    CHECK(read_text_file(path, kLimit) == content);
  }
  CHECK(directory.entry_count() == 1);
}

TEST_CASE("an atomic write steps over a temporary file that a crash left behind") {
  const FileDirectory directory;
  directory.write(".topfive-" + std::to_string(getpid()) + "-0.tmp", "left");
  write_file_atomically(directory.file("a"), "content");
  CHECK(read_text_file(directory.file("a"), kLimit) == "content");
  CHECK(directory.entry_count() == 2);
}

TEST_CASE("a name as long as the file system allows can be written") {
  const FileDirectory directory;
  const std::string name(255, 'n');
  write_file_atomically(directory.file(name), "content");
  CHECK(read_text_file(directory.file(name), kLimit) == "content");
}

TEST_CASE("a write that fails half-way keeps the old content and removes the temporary file") {
  const FileDirectory directory;
  const auto path = directory.write("state.json", "old");
  CaughtError error;
  {
    const FileSizeLimit limit(4096);
    error = error_of([&] { write_file_atomically(path, std::string(10'000, 'x')); });
  }
  CHECK(error.code == ExitCode::kIo);
  CHECK(error.text == "cannot write \"" + path.string() +
                          "\": File too large; raise the limit on file sizes (ulimit -f) or choose "
                          "another --out");
  CHECK(read_text_file(path, kLimit) == "old");
  CHECK(directory.entry_count() == 1);
}

TEST_CASE("a write into a directory without permission keeps the old content") {
  const FileDirectory directory;
  const auto path = directory.write("state.json", "old");
  CaughtError error;
  CaughtError folder;
  {
    const WithoutWritePermission denied(directory.path());
    error = error_of([&] { write_file_atomically(path, "new"); });
    folder = error_of([&] { create_writable_directory(directory.path()); });
  }
  CHECK(error.code == ExitCode::kCannotCreate);
  CHECK_THAT(error.text, ContainsSubstring("Permission denied; check the permissions"));
  CHECK(folder.code == ExitCode::kCannotCreate);
  CHECK(read_text_file(path, kLimit) == "old");
}

TEST_CASE("a file cannot replace a directory, and no temporary file stays") {
  const FileDirectory directory;
  std::filesystem::create_directory(directory.file("taken"));
  const auto error = error_of([&] { write_file_atomically(directory.file("taken"), "x"); });
  CHECK(error.code == ExitCode::kCannotCreate);
  CHECK(directory.entry_count() == 1);
}

TEST_CASE("a new file holds its parts in order and is never overwritten") {
  const FileDirectory directory;
  const auto path = directory.file("model.safetensors");
  const std::string_view head = "head";
  const std::string_view tail = "tail";
  const std::array parts{std::as_bytes(std::span(head)), std::as_bytes(std::span(tail))};
  write_new_file(path, parts);
  CHECK(read_text_file(path, kLimit) == "headtail");
  const auto error = error_of([&] { write_new_file(path, parts); });
  CHECK(error.code == ExitCode::kCannotCreate);
  CHECK(error.text == "cannot write \"" + path.string() + "\": File exists");
  CHECK(read_text_file(path, kLimit) == "headtail");
}

TEST_CASE("a new file that does not fit is removed") {
  const FileDirectory directory;
  const std::string content(10'000, 'x');
  const std::array parts{std::as_bytes(std::span(content))};
  CaughtError error;
  {
    const FileSizeLimit limit(4096);
    error = error_of([&] { write_new_file(directory.file("a"), parts); });
  }
  CHECK(error.code == ExitCode::kIo);
  CHECK(directory.entry_count() == 0);
}

TEST_CASE("directories are made with their parents, and a file in the way is an error") {
  const FileDirectory directory;
  const auto deep = directory.file("a") / "b" / "c";
  create_writable_directory(deep);
  create_writable_directory(deep);
  CHECK(std::filesystem::is_directory(deep));
  sync_directory(deep);
  const auto file = directory.write("file", "x");
  for (const auto& path : {file, file / "below"}) {
    const auto error = error_of([&] { create_writable_directory(path); });
    CHECK(error.code == ExitCode::kCannotCreate);
    CHECK_THAT(error.text, StartsWith("cannot create directory \"" + path.string() + "\": "));
  }
}

TEST_CASE("a link is made and then replaced, and points at what was asked") {
  const FileDirectory directory;
  const auto link = directory.file("last");
  for (const std::string target : {"step-1", "step-2"}) {
    replace_symlink(link, target);
    CHECK(std::filesystem::read_symlink(link) == target);
  }
  CHECK(directory.entry_count() == 1);
}
