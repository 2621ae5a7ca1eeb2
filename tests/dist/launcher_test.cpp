#include "topfive/dist/launcher.h"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace topfive;
using base::ExitCode;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// A run whose ranks are a shell script, which finds its folder in $0.
dist::LaunchRequest script(const std::string& text, const std::filesystem::path& folder, int num_ranks) {
  return {{"/bin/sh", "-c", text, folder.string()}, num_ranks, milliseconds{300}};
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool is_alive(const std::filesystem::path& pid_file) {
  const std::string text = text_of(pid_file);
  return !text.empty() && kill(std::stoi(text), 0) == 0;
}

// Waits until a file with content is there; false after ten seconds.
bool appears(const std::filesystem::path& file) {
  for (int i = 0; i < 1000 && text_of(file).empty(); ++i) usleep(10'000);
  return !text_of(file).empty();
}

// Waits until a process has ended; false after ten seconds.
bool ends(const std::filesystem::path& pid_file) {
  for (int i = 0; i < 1000 && is_alive(pid_file); ++i) usleep(10'000);
  return !is_alive(pid_file);
}

}  // namespace

TEST_CASE("every rank is told its number, the size, and one meeting place") {
  const tests::TemporaryDirectory folder;
  const std::string tell =
      "echo $RANK $LOCAL_RANK $WORLD_SIZE $LOCAL_WORLD_SIZE $MASTER_ADDR > $0/$RANK; echo $MASTER_PORT > $0/port$RANK";
  CHECK(dist::run_ranks(script(tell, folder.path(), 3)) == ExitCode::kOk);
  CHECK(text_of(folder.path() / "0") == "0 0 3 3 127.0.0.1\n");
  CHECK(text_of(folder.path() / "2") == "2 2 3 3 127.0.0.1\n");
  CHECK(std::stoi(text_of(folder.path() / "port0")) > 0);
  CHECK(text_of(folder.path() / "port0") == text_of(folder.path() / "port2"));
}

TEST_CASE("the run ends with the cause, not with what followed from it") {
  const tests::TemporaryDirectory folder;
  CHECK(dist::run_ranks(script("[ $RANK = 1 ] && sleep 0.2 && exit 74; exit 76", folder.path(), 3)) == ExitCode::kIo);
  CHECK(dist::run_ranks(script("[ $RANK = 1 ] && kill -9 $$; exit 76", folder.path(), 2)) == ExitCode::kPeerFailed);
  CHECK(dist::run_ranks(script("exit 75", folder.path(), 2)) == ExitCode::kStopped);
  CHECK(dist::run_ranks(script("exit 0", folder.path(), 2)) == ExitCode::kOk);
}

TEST_CASE("how a rank ended is told by name") {
  CHECK(dist::describe({1, 137, SIGKILL}) == "rank 1 was ended by signal 9 (Killed)");
  CHECK(dist::describe({0, 65, 0}) == "rank 0 ended with exit code 65");
}

TEST_CASE("a rank that goes on although another has failed is killed after the grace") {
  const tests::TemporaryDirectory folder;
  const auto start = std::chrono::steady_clock::now();
  CHECK(dist::run_ranks(script("[ $RANK = 0 ] && exit 66; exec sleep 60", folder.path(), 3)) ==
        ExitCode::kInputMissing);
  CHECK(std::chrono::steady_clock::now() - start < seconds{20});
}

TEST_CASE("a program that cannot be started is an internal error of the run") {
  CHECK(dist::run_ranks({{"/nowhere/train"}, 2, milliseconds{300}}) == ExitCode::kInternal);
}

TEST_CASE("a signal to the launcher reaches every rank once") {
  const tests::TemporaryDirectory folder;
  const pid_t launcher = fork();
  if (launcher == 0) {
    const std::string wait_for_signal =
        "trap 'echo got >> $0/got$RANK; exit 75' TERM; echo ready > $0/ready$RANK; while :; do sleep 0.05; done";
    _exit(static_cast<int>(dist::run_ranks(script(wait_for_signal, folder.path(), 2))));
  }
  REQUIRE(appears(folder.path() / "ready0"));
  REQUIRE(appears(folder.path() / "ready1"));
  kill(launcher, SIGTERM);
  int status = 0;
  REQUIRE(waitpid(launcher, &status, 0) == launcher);
  CHECK(WEXITSTATUS(status) == 75);
  CHECK(text_of(folder.path() / "got0") == "got\n");
  CHECK(text_of(folder.path() / "got1") == "got\n");
}

TEST_CASE("a launcher that is killed leaves no rank behind") {
  const tests::TemporaryDirectory folder;
  const pid_t launcher = fork();
  if (launcher == 0) {
    _exit(static_cast<int>(dist::run_ranks(script("echo $$ > $0/pid$RANK; exec sleep 60", folder.path(), 2))));
  }
  REQUIRE(appears(folder.path() / "pid0"));
  REQUIRE(appears(folder.path() / "pid1"));
  kill(launcher, SIGKILL);
  waitpid(launcher, nullptr, 0);
  CHECK(ends(folder.path() / "pid0"));
  CHECK(ends(folder.path() / "pid1"));
}
