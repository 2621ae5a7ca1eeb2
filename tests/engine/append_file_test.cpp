#include "topfive/engine/append_file.h"

#include <csignal>
#include <fstream>

#include <sys/resource.h>

#include "topfive/base/error.h"
#include "topfive/base/files.h"

#include "support/catch.h"
#include "support/temporary_directory.h"

using topfive::engine::AppendFile;
using topfive::tests::TemporaryDirectory;

namespace {

std::string content_of(const std::filesystem::path& path) { return topfive::base::read_text_file(path, 1U << 20U); }

// While it lives, files may not grow beyond a size: the write stops in the middle, as on a full disk.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit{bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;

 private:
  rlimit old_limit_{};
  void (*old_handler_)(int);
};

}  // namespace

TEST_CASE("what is appended stands in the file at once, and its length is known", "[run_watch]") {
  const TemporaryDirectory scratch;
  AppendFile file(scratch / "log", 0);
  file.append("one\n");
  file.append("two\n");
  CHECK(content_of(scratch / "log") == "one\ntwo\n");
  CHECK(file.bytes() == 8);
  file.sync();
  CHECK(content_of(scratch / "log") == "one\ntwo\n");
}

TEST_CASE("a file that is opened again is cut to what is to be kept and goes on there", "[run_watch]") {
  const TemporaryDirectory scratch;
  std::ofstream(scratch / "log") << "one\ntwo\nthr";
  AppendFile file(scratch / "log", 4);
  CHECK(file.bytes() == 4);
  file.append("2\n");
  CHECK(content_of(scratch / "log") == "one\n2\n");
}

TEST_CASE("a file that is shorter than it should be goes on at its end", "[run_watch]") {
  const TemporaryDirectory scratch;
  std::ofstream(scratch / "log") << "one\n";
  AppendFile file(scratch / "log", 100);
  file.append("2\n");
  CHECK(content_of(scratch / "log") == "one\n2\n");
  CHECK(file.bytes() == 6);
}

TEST_CASE("a place that cannot be written is refused, naming it", "[run_watch]") {
  const TemporaryDirectory scratch;
  CHECK_THROWS_WITH(AppendFile(scratch / "no/log", 0), ContainsSubstring("no/log"));
  CHECK_THROWS_AS(AppendFile(scratch.path(), 0), topfive::base::UserError);
}

TEST_CASE("a device in the place of the file is refused", "[run_watch]") {
  CHECK_THROWS_WITH(AppendFile("/dev/null", 0), ContainsSubstring("not a regular file"));
}

TEST_CASE("a record that does not fit leaves no half of it behind", "[run_watch]") {
  const TemporaryDirectory scratch;
  AppendFile file(scratch / "log", 0);
  file.append("one\n");
  {
    const SizeLimit limit(6);
    CHECK_THROWS_WITH(file.append("two\n"), ContainsSubstring("log"));
  }
  CHECK(content_of(scratch / "log") == "one\n");
  file.append("2\n");
  CHECK(content_of(scratch / "log") == "one\n2\n");
  CHECK(file.bytes() == 6);
}
