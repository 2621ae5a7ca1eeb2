#include "topfive/engine/rank_session.h"

#include <algorithm>
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
  // A rank that is lost is the heartbeat's business. One that is there may take longer over its own work, such as a
  // large batch or a checkpoint, while the others wait for it.
  const double patience = std::max(config.timeout_seconds, config.stall_timeout_seconds);
  ranks_ = dist::Ranks(world, device, milliseconds_of(config.timeout_seconds), milliseconds_of(patience));
  const auto options = heartbeat_options(config);
  if (world.is_main()) heartbeat_ = std::make_unique<dist::Heartbeat>(world, 0, options);
  const std::string port = world.is_main() ? std::to_string(heartbeat_->port()) : "";
  const int main_port = std::stoi(ranks_.broadcast(port, "telling the heartbeat's port"));
  if (!heartbeat_) {
    heartbeat_ = std::make_unique<dist::Heartbeat>(world, static_cast<std::uint16_t>(main_port), options);
  }
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
