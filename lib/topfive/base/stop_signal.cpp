#include "topfive/base/stop_signal.h"

#include <atomic>
#include <csignal>
#include <initializer_list>

namespace topfive::base {
namespace {

// A signal handler can reach nothing but a global; these two are the only ones, and lock-free.
std::atomic<int> first_signal{0};
std::atomic<int> interrupts{0};
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int signal) {
  int none = 0;
  first_signal.compare_exchange_strong(none, signal);
  if (signal != SIGINT || interrupts.fetch_add(1) == 0) return;
  // Ends the process as soon as this handler returns and the signal is no longer blocked.
  std::signal(SIGINT, SIG_DFL);
  std::raise(SIGINT);
}

void install(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  // Without SA_RESTART, libraries that do not expect EINTR would fail instead of the run stopping
  // in good order.
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

void install_stop_handlers() {
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) install(signal, on_signal);
  for (const int signal : {SIGPIPE, SIGXFSZ}) install(signal, SIG_IGN);
}

bool stop_requested() { return first_signal.load(std::memory_order_relaxed) != 0; }

std::string stop_signal_name() {
  switch (first_signal.load()) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGUSR1:
      return "SIGUSR1";
    default:
      return "";
  }
}

void reset_stop_request() {
  first_signal = 0;
  interrupts = 0;
}

}  // namespace topfive::base
