#include "topfive/base/stop_signal.h"

#include <csignal>
#include <map>

#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.h"

using namespace topfive::base;

namespace {

// Puts the process's own handlers back, so that a later test or Ctrl-C finds them.
class SavedHandlers {
 public:
  SavedHandlers() {
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1, SIGPIPE, SIGXFSZ}) {
      sigaction(signal, nullptr, &saved_[signal]);
    }
    install_stop_handlers();
    reset_stop_request();
  }
  ~SavedHandlers() {
    for (const auto& [signal, action] : saved_) sigaction(signal, &action, nullptr);
    reset_stop_request();
  }
  SavedHandlers(const SavedHandlers&) = delete;
  SavedHandlers& operator=(const SavedHandlers&) = delete;

 private:
  std::map<int, struct sigaction> saved_;
};

}  // namespace

TEST_CASE("each of the three signals requests a stop and is named") {
  const SavedHandlers handlers;
  using Row = std::pair<int, std::string>;
  const auto [signal, name] = GENERATE(Row{SIGINT, "SIGINT"}, Row{SIGTERM, "SIGTERM"}, Row{SIGUSR1, "SIGUSR1"});
  CHECK_FALSE(stop_requested());
  CHECK(stop_signal_name().empty());
  std::raise(signal);
  CHECK(stop_requested());
  CHECK(stop_signal_name() == name);
}

TEST_CASE("the first signal keeps its name, and repeated batch signals do not end the process") {
  const SavedHandlers handlers;
  for (const int signal : {SIGUSR1, SIGTERM, SIGTERM, SIGINT}) std::raise(signal);
  CHECK(stop_signal_name() == "SIGUSR1");
}

TEST_CASE("a forgotten request leaves no trace") {
  const SavedHandlers handlers;
  std::raise(SIGINT);
  reset_stop_request();
  CHECK_FALSE(stop_requested());
  std::raise(SIGINT);
  CHECK(stop_signal_name() == "SIGINT");
}

TEST_CASE("a second SIGINT ends the process by that signal") {
  const SavedHandlers handlers;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::raise(SIGINT);
    if (!stop_requested()) _exit(1);
    std::raise(SIGINT);
    _exit(2);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGINT);
}

TEST_CASE("a closed pipe is an error code, not the end of the process") {
  const SavedHandlers handlers;
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  close(ends[0]);
  CHECK(write(ends[1], "x", 1) == -1);
  CHECK(errno == EPIPE);
  close(ends[1]);
}
