#include "cli/program_runner.h"

#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace topfive::tests {
namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void redirect(const std::filesystem::path& file, int descriptor) {
  const int opened = open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
  dup2(opened, descriptor);
  close(opened);
}

}  // namespace

RunningProgram::RunningProgram(const std::string& program, const std::vector<std::string>& arguments) {
  const std::string path = std::string(TOPFIVE_BIN_DIR) + "/" + program;
  std::vector<char*> argv = {const_cast<char*>(path.c_str())};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    redirect("/dev/null", STDIN_FILENO);
    redirect(scratch_.path() / "out", STDOUT_FILENO);
    redirect(scratch_.path() / "err", STDERR_FILENO);
    execv(path.c_str(), argv.data());
    _exit(127);
  }
}

RunningProgram::~RunningProgram() {
  if (ended_ || pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, &status_, 0);
}

void RunningProgram::send(int signal) const { kill(pid_, signal); }

bool RunningProgram::has_ended() {
  if (!ended_) ended_ = waitpid(pid_, &status_, WNOHANG) == pid_;
  return ended_;
}

ProgramResult RunningProgram::wait() {
  if (!ended_) waitpid(pid_, &status_, 0);
  ended_ = true;
  const int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  return {code, content_of(scratch_.path() / "out"), err()};
}

std::string RunningProgram::err() const { return content_of(scratch_.path() / "err"); }

ProgramResult run_program(const std::string& program, const std::vector<std::string>& arguments) {
  return RunningProgram(program, arguments).wait();
}

}  // namespace topfive::tests
