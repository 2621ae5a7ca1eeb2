#include "topfive/engine/rank_session.h"

#include <cerrno>
#include <chrono>
#include <span>
#include <thread>

#include <unistd.h>

#include "topfive/base/error.h"
#include "topfive/base/file_descriptor.h"

namespace topfive::engine {
namespace {

using std::chrono::milliseconds;

milliseconds milliseconds_of(double seconds) { return milliseconds(static_cast<std::int64_t>(seconds * 1000.0)); }

// On the heartbeat's thread, while the training thread may hold any lock: nothing but system calls.
[[noreturn]] void end_for_lost_rank(const std::string& line) {
  const std::string text = std::string(program_invocation_short_name) + ": error: " + line + "\n";
  base::write_all(STDERR_FILENO, std::as_bytes(std::span(text)));
  _exit(static_cast<int>(base::ExitCode::kPeerFailed));
}

dist::HeartbeatOptions heartbeat_options(const ParallelConfig& config) {
  return {milliseconds_of(config.timeout_seconds), milliseconds_of(config.stall_timeout_seconds), end_for_lost_rank};
}

}  // namespace

RankSession::RankSession(const dist::World& world, const ParallelConfig& config, const torch::Device& device)
    : world_(world) {
  if (world.alone()) return;
  ranks_ = std::make_unique<dist::Ranks>(world, device, milliseconds_of(config.timeout_seconds));
  const auto options = heartbeat_options(config);
  if (world.is_main()) heartbeat_ = std::make_unique<dist::Heartbeat>(world, 0, options);
  const std::string port = world.is_main() ? std::to_string(heartbeat_->port()) : "";
  const int main_port = std::stoi(from_main(port, "telling the heartbeat's port"));
  if (!heartbeat_) {
    heartbeat_ = std::make_unique<dist::Heartbeat>(world, static_cast<std::uint16_t>(main_port), options);
  }
}

void RankSession::require_equal(const std::string& what, const std::string& value) {
  if (ranks_) ranks_->require_equal(what, value);
}

std::string RankSession::from_main(const std::string& text, const std::string& what) {
  return ranks_ ? ranks_->broadcast(text, what) : text;
}

void RankSession::leave() {
  if (heartbeat_) heartbeat_->leave();
}

void RankSession::leave_failed(const std::exception& error) {
  if (!heartbeat_) return;
  const auto* const user_error = dynamic_cast<const base::UserError*>(&error);
  if (user_error != nullptr && user_error->code() == base::ExitCode::kPeerFailed) {
    std::this_thread::sleep_for(std::chrono::seconds{2});
  }
  heartbeat_->leave_failed(error.what());
}

}  // namespace topfive::engine
