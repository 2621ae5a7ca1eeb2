#include <algorithm>
#include <set>
#include <sstream>
#include <string>

#include "cli/program_runner.h"
#include "support/catch.h"

using topfive::tests::run_program;

namespace {

// Every "--name" that starts a line of the options in --help.
std::set<std::string> flags_in_help(const std::string& program, std::vector<std::string> command = {}) {
  command.push_back("--help");
  std::set<std::string> flags;
  std::istringstream lines(run_program(program, command).out);
  for (std::string line; std::getline(lines, line);) {
    const auto start = line.find_first_not_of(' ');
    if (start == std::string::npos || start > 4) continue;
    const auto flag = line.find("--", start);
    if (flag == start || (flag == start + 3 && line[start] == '-')) {
      flags.insert(line.substr(flag, line.find_first_of(" ,", flag) - flag));
    }
  }
  return flags;
}

}  // namespace

TEST_CASE("the flags of train are these and no others", "[cli][contract]") {
  CHECK(flags_in_help("train") == std::set<std::string>{"--help", "--version", "--config", "--data", "--out",
                                                        "--resume", "--weights", "--strict", "--head-only", "--partial",
                                                        "--set", "--stage", "--devices", "--max-time", "--dry-run",
                                                        "--smoke", "--log-level", "--accept-change", "--trace"});
}

TEST_CASE("the flags of eval are these and no others", "[cli][contract]") {
  CHECK(flags_in_help("eval") == std::set<std::string>{"--help", "--version", "--checkpoint", "--weights", "--model",
                                                       "--strict", "--head-only", "--partial", "--data", "--stage",
                                                       "--devices", "--protocol", "--skip-bad", "--predictions",
                                                       "--out", "--log-level"});
}

TEST_CASE("the flags of inspect are these and no others", "[cli][contract]") {
  CHECK(flags_in_help("inspect") == std::set<std::string>{"--help", "--version", "--log-level"});
  CHECK(flags_in_help("inspect", {"model"}) ==
        std::set<std::string>{"--help", "--compare", "--image-size", "--diagram", "--json"});
  CHECK(flags_in_help("inspect", {"checkpoint"}) ==
        std::set<std::string>{"--help", "--write", "--timm-names", "--tensors", "--json"});
  CHECK(flags_in_help("inspect", {"recipes"}) == std::set<std::string>{"--help", "--markdown"});
}

TEST_CASE("the flags of bench are these and no others", "[cli][contract]") {
  CHECK(flags_in_help("bench") == std::set<std::string>{"--help", "--version", "--log-level"});
  CHECK(flags_in_help("bench", {"data"}) == std::set<std::string>{"--help", "--config", "--data", "--split", "--set",
                                                                  "--threads", "--batch-size", "--seconds", "--batches",
                                                                  "--epochs", "--json"});
  CHECK(flags_in_help("bench", {"windows"}) == std::set<std::string>{"--help", "--config", "--data", "--split", "--set",
                                                                     "--pictures", "--rounds", "--index-step",
                                                                     "--json"});
  CHECK(flags_in_help("bench", {"train"}) ==
        std::set<std::string>{"--help", "--model", "--devices", "--batch-size", "--precision", "--steps", "--threads",
                              "--contiguous", "--activation-checkpointing", "--json"});
  CHECK(flags_in_help("bench", {"pixels"}) ==
        std::set<std::string>{"--help", "--config", "--data", "--windows", "--split", "--set", "--size", "--out"});
}

TEST_CASE("the flags of dataset are these and no others", "[cli][contract]") {
  using Flags = std::set<std::string>;
  CHECK(flags_in_help("dataset") == Flags{"--help", "--version", "--log-level"});
  CHECK(flags_in_help("dataset", {"info"}) == Flags{"--help", "--type", "--json"});
  CHECK(flags_in_help("dataset", {"verify"}) == Flags{"--help", "--type", "--split", "--threads", "--json", "--fix"});
  CHECK(flags_in_help("dataset", {"stats"}) ==
        Flags{"--help", "--type", "--split", "--config", "--limit", "--threads", "--json"});
  CHECK(flags_in_help("dataset", {"preview"}) ==
        Flags{"--help", "--config", "--set", "--out", "--split", "--rows", "--columns", "--seed"});
  const Flags packing = {"--help",       "--out",     "--split",    "--shard-mb", "--seed", "--lossless",
                         "--short-side", "--quality", "--skip-bad", "--threads",  "--type", "--no-row-index"};
  CHECK(flags_in_help("dataset", {"pack"}) == packing);
  CHECK(flags_in_help("dataset", {"index"}) == Flags{"--help", "--type", "--split", "--step", "--threads"});
  CHECK(flags_in_help("dataset", {"prepare"}) == Flags{"--help", "--out", "--layout", "--split", "--threads"});
}

TEST_CASE("help shows examples and exit codes and succeeds", "[cli]") {
  const auto program = GENERATE(as<std::string>(), "train", "eval", "inspect", "bench", "dataset");
  const auto result = run_program(program, {"--help"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, ContainsSubstring("Examples:") && ContainsSubstring("Exit codes:"));
}

TEST_CASE("the version names what the program was built with", "[cli]") {
  const auto program = GENERATE(as<std::string>(), "train", "eval", "inspect", "bench", "dataset");
  const auto result = run_program(program, {"--version"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, StartsWith("topfive ") && ContainsSubstring("LibTorch 2.") && ContainsSubstring("OpenCV 4."));
}

TEST_CASE("a wrong command line is one line and exit code 64", "[cli]") {
  const auto arguments = GENERATE(std::vector<std::string>{}, std::vector<std::string>{"--confg", "x.json"},
                                  std::vector<std::string>{"--config", "a.json", "--data", "d"});
  const auto result = run_program("train", arguments);
  CHECK(result.exit_code == 64);
  CHECK_THAT(result.err, StartsWith("train: error: ") && ContainsSubstring("see --help"));
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
}
