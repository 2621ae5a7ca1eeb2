// Runs one of our programs as a user would and keeps what it said.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "support/temporary_directory.h"

namespace topfive::tests {

struct ProgramResult {
  int exit_code = -1;  // 128 + signal where a signal ended it
  std::string out;
  std::string err;
};

// A program that is running. Ends it by SIGKILL when destroyed early.
class RunningProgram {
 public:
  // `program`: "train" or "eval".
  RunningProgram(const std::string& program, const std::vector<std::string>& arguments);
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  pid_t pid() const { return pid_; }
  void send(int signal) const;
  ProgramResult wait();
  // Standard error so far.
  std::string err() const;
  bool has_ended();

 private:
  TemporaryDirectory scratch_;
  pid_t pid_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

ProgramResult run_program(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace topfive::tests
