#include <sys/wait.h>
#include <unistd.h>

#include "topfive/base/files.h"

#include "base/error_of.h"
#include "base/file_directory.h"
#include "support/catch.h"

using namespace topfive::base;
using topfive::tests::error_of;
using topfive::tests::FileDirectory;

namespace {

// The error that another process meets when it takes the lock, "no error" if it gets it.
std::string error_in_child(const std::filesystem::path& path) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string text = error_of([&] { const FileLock lock(path); }).text;
    _exit(write(ends[1], text.data(), text.size()) < 0 ? 1 : 0);
  }
  close(ends[1]);
  std::string text(4096, '\0');
  const ssize_t length = read(ends[0], text.data(), text.size());
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(length >= 0);
  return text.substr(0, static_cast<std::size_t>(length));
}

}  // namespace

TEST_CASE("a second process is refused while the lock is held, and is told by whom") {
  const FileDirectory directory;
  const auto path = directory.file("run.lock");
  {
    const FileLock lock(path);
    CHECK(error_in_child(path) == "cannot lock \"" + path.string() + "\": process " + std::to_string(getpid()) +
                                      " uses it; wait for it to end or choose another --out");
  }
  CHECK(error_in_child(path) == "no error");
}

TEST_CASE("a second lock in the same process is refused too") {
  const FileDirectory directory;
  const FileLock lock(directory.file("run.lock"));
  CHECK(error_of([&] { const FileLock second(directory.file("run.lock")); }).code == ExitCode::kCannotCreate);
}

TEST_CASE("the lock of a process that died is free") {
  const FileDirectory directory;
  const auto path = directory.file("run.lock");
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const FileLock lock(path);
    _exit(0);  // without the destructor
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK_NOTHROW(FileLock(path));
}

TEST_CASE("a lock in a directory that does not exist cannot be taken") {
  const FileDirectory directory;
  const auto path = directory.file("none") / "run.lock";
  const auto error = error_of([&] { const FileLock lock(path); });
  CHECK(error.code == ExitCode::kCannotCreate);
  CHECK(error.text == "cannot lock \"" + path.string() + "\": No such file or directory; check the path");
}
