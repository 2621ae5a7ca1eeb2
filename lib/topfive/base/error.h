// Errors that a user can cause, and the exit codes that programs return for them.
//
// A UserError says what is wrong, where, what is allowed and what to do next, in one line. It is
// caught once, in main, which prints it and returns its exit code. A broken invariant is an
// assertion, never a UserError.
#pragma once

#include <stdexcept>
#include <string>

namespace topfive::base {

// The values follow sysexits.h, so that batch systems and shell scripts can tell the causes apart.
enum class ExitCode : int {
  kOk = 0,
  kUsage = 64,         // wrong command line
  kBadData = 65,       // a file is there, but its content is not valid
  kInputMissing = 66,  // a file or directory that must exist does not
  kInternal = 70,      // a bug in topfive
  kCannotCreate = 73,  // an output cannot be created
  kIo = 74,            // reading or writing failed half-way
  kStopped = 75,       // stopped by a signal or time limit with a checkpoint saved: run again to go on
  kPeerFailed = 76,    // another rank failed
  kConfig = 78,        // the configuration is wrong
};

class UserError : public std::runtime_error {
 public:
  UserError(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

}  // namespace topfive::base
