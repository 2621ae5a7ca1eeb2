#include "topfive/dist/launcher.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "topfive/base/log.h"
#include "topfive/dist/tcp.h"

namespace topfive::dist {
namespace {

using base::ExitCode;
using base::UserError;
using Clock = std::chrono::steady_clock;

constexpr std::initializer_list<int> kForwarded = {SIGINT, SIGTERM, SIGUSR1};

sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : kForwarded) sigaddset(&signals, signal);
  sigaddset(&signals, SIGCHLD);
  return signals;
}

// Blocks the signals that the launcher waits for, and unblocks them again.
class SignalWatch {
 public:
  SignalWatch() : signals_(watched_signals()) { pthread_sigmask(SIG_BLOCK, &signals_, &before_); }
  ~SignalWatch() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  const sigset_t& before() const { return before_; }

  // The next signal; none after the time has passed.
  std::optional<int> wait(std::chrono::milliseconds time) const {
    const timespec limit{time.count() / 1000, time.count() % 1000 * 1'000'000};
    const int signal = sigtimedwait(&signals_, nullptr, &limit);
    if (signal < 0) return std::nullopt;
    return signal;
  }

 private:
  sigset_t signals_;
  sigset_t before_{};
};

std::vector<std::string> rank_environment(const LaunchRequest& request, int rank, std::uint16_t port) {
  const std::string number = std::to_string(rank);
  const std::string total = std::to_string(request.num_ranks);
  return {"RANK=" + number,
          "LOCAL_RANK=" + number,
          "WORLD_SIZE=" + total,
          "LOCAL_WORLD_SIZE=" + total,
          "MASTER_ADDR=127.0.0.1",
          "MASTER_PORT=" + std::to_string(port),
          "TOPFIVE_LAUNCHER=" + request.name};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// The present environment, with some variables set anew. The strings of `set` must live as long as the result.
std::vector<char*> merged_environment(std::vector<std::string>& set) {
  std::vector<char*> result = pointers(set);
  result.pop_back();
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const char* const present = *entry;
    const bool replaced = std::any_of(set.begin(), set.end(), [&](const std::string& text) {
      return std::strncmp(present, text.c_str(), text.find('=') + 1) == 0;
    });
    if (!replaced) result.push_back(*entry);
  }
  result.push_back(nullptr);
  return result;
}

// In the child, between fork and exec: system calls only.
[[noreturn]] void become_rank(char* const* arguments, char* const* environment, pid_t launcher, const sigset_t& mask) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != launcher) _exit(static_cast<int>(ExitCode::kPeerFailed));  // it ended before the line above
  setpgid(0, 0);
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  execve(arguments[0], arguments, environment);
  _exit(static_cast<int>(ExitCode::kInternal));
}

// The processes of a run, from the first fork to the last wait.
class RankProcesses {
 public:
  RankProcesses(const LaunchRequest& request, const sigset_t& mask)
      : grace_(request.grace), pids_(request.num_ranks, 0) {
    const std::uint16_t port = free_loopback_port();
    for (int rank = 0; rank < request.num_ranks; ++rank) start(request, rank, port, mask);
  }
  ~RankProcesses() {
    kill_all(SIGKILL);
    for (const pid_t pid : pids_) {
      if (pid > 0) waitpid(pid, nullptr, 0);
    }
  }
  RankProcesses(const RankProcesses&) = delete;
  RankProcesses& operator=(const RankProcesses&) = delete;

  bool running() const {
    return std::any_of(pids_.begin(), pids_.end(), [](pid_t pid) { return pid > 0; });
  }
  const std::vector<RankEnd>& ends() const { return ends_; }

  void kill_all(int signal) const {
    for (const pid_t pid : pids_) {
      if (pid > 0) kill(pid, signal);
    }
  }

  // Takes note of every rank that has ended.
  void reap() {
    for (std::size_t rank = 0; rank < pids_.size(); ++rank) {
      int status = 0;
      if (pids_[rank] <= 0 || waitpid(pids_[rank], &status, WNOHANG) != pids_[rank]) continue;
      pids_[rank] = 0;
      note({static_cast<int>(rank), WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
            WIFSIGNALED(status) ? WTERMSIG(status) : 0});
    }
  }

  // Ends ranks that go on although one has failed long ago.
  void enforce_grace() {
    if (!first_failure_ || killed_ || Clock::now() - *first_failure_ < grace_) return;
    base::log_warning("the other ranks did not end by themselves; they are killed");
    killed_ = true;
    kill_all(SIGKILL);
  }

 private:
  void start(const LaunchRequest& request, int rank, std::uint16_t port, const sigset_t& mask) {
    std::vector<std::string> command = request.command;
    std::vector<std::string> variables = rank_environment(request, rank, port);
    const std::vector<char*> arguments = pointers(command);
    const std::vector<char*> environment = merged_environment(variables);
    const pid_t launcher = getpid();
    const pid_t pid = fork();
    if (pid == 0) become_rank(arguments.data(), environment.data(), launcher, mask);
    if (pid < 0) {
      throw UserError(ExitCode::kInternal, "cannot start rank " + std::to_string(rank) + ": " + std::strerror(errno));
    }
    pids_[static_cast<std::size_t>(rank)] = pid;
  }

  void note(const RankEnd& end) {
    const bool failed = end.exit_code != 0 && end.exit_code != static_cast<int>(ExitCode::kStopped);
    if (failed && !first_failure_) first_failure_ = Clock::now();
    if (end.signal != 0 && !killed_) base::log_warning(describe(end));
    ends_.push_back(end);
  }

  std::chrono::milliseconds grace_;
  std::vector<pid_t> pids_;  // 0: ended
  std::vector<RankEnd> ends_;
  std::optional<Clock::time_point> first_failure_;
  bool killed_ = false;
};

}  // namespace

std::string describe(const RankEnd& end) {
  const std::string who = "rank " + std::to_string(end.rank);
  if (end.signal == 0) return who + " ended with exit code " + std::to_string(end.exit_code);
  return who + " was ended by signal " + std::to_string(end.signal) + " (" + sigdescr_np(end.signal) + ")";
}

ExitCode outcome_of(const std::vector<RankEnd>& ends) {
  bool peer_failed = false;
  bool stopped = false;
  for (const RankEnd& end : ends) {
    const auto code = static_cast<ExitCode>(end.exit_code);
    if (end.signal != 0 || code == ExitCode::kPeerFailed) {
      peer_failed = true;
    } else if (code == ExitCode::kStopped) {
      stopped = true;
    } else if (code != ExitCode::kOk) {
      return code;
    }
  }
  if (peer_failed) return ExitCode::kPeerFailed;
  return stopped ? ExitCode::kStopped : ExitCode::kOk;
}

ExitCode run_ranks(const LaunchRequest& request) {
  const SignalWatch watch;
  RankProcesses ranks(request, watch.before());
  constexpr std::chrono::milliseconds kLook{200};
  while (ranks.running()) {
    const auto signal = watch.wait(kLook);
    if (signal && *signal != SIGCHLD) ranks.kill_all(*signal);
    ranks.reap();
    ranks.enforce_grace();
  }
  return outcome_of(ranks.ends());
}

}  // namespace topfive::dist
