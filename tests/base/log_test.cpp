#include "topfive/base/log.h"

#include <algorithm>

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "topfive/base/files.h"

#include "base/error_of.h"
#include "base/file_directory.h"
#include "support/catch.h"

using namespace topfive::base;
using topfive::tests::error_of;

namespace {

// What is written to standard error while `call` runs.
template <class Call>
std::string standard_error_of(Call&& call) {
  const topfive::tests::FileDirectory directory;
  const auto path = directory.file("log");
  const int saved = dup(STDERR_FILENO);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  dup2(file, STDERR_FILENO);
  call();
  dup2(saved, STDERR_FILENO);
  close(file);
  close(saved);
  return read_text_file(path, 1 << 20);
}

// Every digit becomes a 9, so that the time can be compared.
std::string without_time(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }, '9');
  return text;
}

}  // namespace

TEST_CASE("lines show the time, and the level for all but information") {
  const std::string text = standard_error_of([] {
    set_up_logging("debug");
    spdlog::info("epoch {}", 9);
    spdlog::warn("slow disk");
    spdlog::error("lost");
    spdlog::debug("detail");
    spdlog::trace("hidden");
  });
  CHECK(without_time(text) ==
        "99:99:99 epoch 9\n99:99:99 warning: slow disk\n99:99:99 error: lost\n99:99:99 debug: detail\n");
}

TEST_CASE("the level sets what is shown") {
  using Row = std::pair<std::string, int>;
  const auto [level, lines] =
      GENERATE(Row{"trace", 5}, Row{"debug", 4}, Row{"info", 3}, Row{"warning", 2}, Row{"error", 1}, Row{"off", 0});
  const std::string text = standard_error_of([name = level] {
    set_up_logging(name);
    spdlog::trace("a");
    spdlog::debug("b");
    spdlog::info("c");
    spdlog::warn("d");
    spdlog::error("e");
  });
  CAPTURE(level, text);
  CHECK(std::count(text.begin(), text.end(), '\n') == lines);
}

TEST_CASE("an unknown level is refused with the known ones") {
  const auto error = error_of([] { set_up_logging("warnin"); });
  CHECK(error.code == ExitCode::kUsage);
  CHECK(error.text ==
        "--log-level: \"warnin\" is not one of trace, debug, info, warning, error, off; did you mean "
        "\"warning\"?");
}
