// An error of one rank becomes the end of all ranks, in order: with one exit code, and told once.
//
// Without it the others would wait in the next collective for a rank that no longer comes. Ranks that work for long
// between collectives, or that can be killed, are the heartbeat's business.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <stdexcept>

#include "topfive/base/error.h"
#include "topfive/engine/rank_team.h"

namespace topfive::engine {

// What ends a run on every rank: all of them know of it, so none has to tell the others.
class SharedFailure : public std::runtime_error {
 public:
  SharedFailure(base::ExitCode code, std::exception_ptr told)
      : std::runtime_error("a rank failed, and all know"), code_(code), told_(std::move(told)) {}

  base::ExitCode code() const { return code_; }
  // On rank 0: what to tell. Null on the others, which end quietly.
  const std::exception_ptr& told() const { return told_; }

 private:
  base::ExitCode code_;
  std::exception_ptr told_;
};

// A collective: throws SharedFailure on all ranks where any rank comes with an error, else does nothing. Of several
// errors the one with the lowest `place` is told, then that of the lowest rank. UserError(kPeerFailed) goes on as it
// is, at once: the others are not there to hear of it.
void settle_failures(RankTeam& team, const std::exception_ptr& own, std::int64_t place = 0);

// Does the work on this rank, then settles what went wrong on any of them. The work's own collectives come first.
void do_together(RankTeam& team, const std::function<void()>& work);

}  // namespace topfive::engine
