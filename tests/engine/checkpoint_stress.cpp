// A process that saves numbered checkpoints, for scripts/stress: it is small enough to be run hundreds of times with
// one system call failing, or to be killed.
//
//   checkpoint_stress save DIR NUMBER...   opens the store and saves each number at the step of that number
//   checkpoint_stress newest DIR           prints the number in the newest checkpoint that verifies, 0 if there is none
//   checkpoint_stress damage DIR KIND SEED damages the newest checkpoint of two and prints how
//   checkpoint_stress corrupt COUNT SEED   damages that many checkpoints in turn; a JSON line each
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"
#include "topfive/base/log.h"
#include "topfive/base/stop_signal.h"

#include "engine/damage.h"
#include "engine/numbered_checkpoints.h"
#include "support/temporary_directory.h"

namespace fs = std::filesystem;
using namespace topfive;

namespace {

using Arguments = std::vector<std::string>;

engine::CommitOptions options_of(int number) {
  return {.is_best = number % 2 == 1, .top1_error = 1.0 / (1 + number), .keep = 2};
}

int save(const Arguments& arguments) {
  engine::CheckpointStore store(arguments.at(0));
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const int number = std::stoi(arguments[i]);
    store.commit(number, tests::numbered(number), options_of(number));
    std::printf("saved %d\n", number);
    std::fflush(stdout);
  }
  return 0;
}

int newest(const Arguments& arguments) {
  std::printf("%d\n", tests::newest_number(arguments.at(0), base::real_file_system()));
  return 0;
}

// The checkpoints of a directory by name.
std::vector<fs::path> checkpoints_in(const fs::path& directory) {
  std::vector<fs::path> found;
  for (const auto& entry : base::list_directory(directory)) {
    if (entry.name.starts_with("step-")) found.push_back(directory / entry.name);
  }
  return found;
}

int damage_newest(const Arguments& arguments) {
  const auto checkpoints = checkpoints_in(arguments.at(0));
  std::mt19937_64 random(std::stoull(arguments.at(2)));
  const int kind = std::stoi(arguments.at(1)) % tests::num_damages();
  const auto what = tests::damage(checkpoints.back(), checkpoints.at(checkpoints.size() - 2), kind, random);
  std::printf("%s\n", what.c_str());
  return 0;
}

// What one damage led to: "detected", or what went wrong.
std::string outcome_of(const fs::path& directory) {
  const auto damaged = directory / "step-00000002";
  try {
    engine::verify_checkpoint(damaged);
    return "not noticed";
  } catch (const base::UserError& error) {
    if (!std::string(error.what()).starts_with(damaged.string() + "/")) return "not named";
  }
  return tests::newest_number(directory, base::real_file_system()) == 1 ? "detected" : "not fallen back";
}

int corrupt(const Arguments& arguments) {
  using Clock = std::chrono::steady_clock;
  const int count = std::stoi(arguments.at(0));
  const auto seed = std::stoull(arguments.at(1));
  std::mt19937_64 random(seed);
  int failures = 0;
  for (int number = 0; number < count; ++number) {
    const auto start = Clock::now();
    const tests::TemporaryDirectory directory;
    {
      engine::CheckpointStore store(directory.path());
      for (const int step : {1, 2}) store.commit(step, tests::numbered(step), {});
    }
    const auto what =
        tests::damage(directory / "step-00000002", directory / "step-00000001", number % tests::num_damages(), random);
    const std::string outcome = outcome_of(directory.path());
    failures += outcome == "detected" ? 0 : 1;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
    const nlohmann::ordered_json line = {
        {"seed", seed}, {"case", number}, {"point", what}, {"outcome", outcome}, {"ms", ms}};
    std::printf("%s\n", line.dump().c_str());
  }
  return failures == 0 ? 0 : 1;
}

int run(const std::string& mode, const Arguments& arguments) {
  if (mode == "save") return save(arguments);
  if (mode == "newest") return newest(arguments);
  if (mode == "damage") return damage_newest(arguments);
  if (mode == "corrupt") return corrupt(arguments);
  throw base::UserError(base::ExitCode::kUsage, mode + ": unknown; known: save, newest, damage, corrupt");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    base::set_up_logging("off");
    base::install_stop_handlers();
    return run(argc > 1 ? argv[1] : "", Arguments(argv + std::min(argc, 2), argv + argc));
  } catch (const base::UserError& error) {
    std::fprintf(stderr, "checkpoint_stress: error: %s\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "checkpoint_stress: unexpected: %s\n", error.what());
    return static_cast<int>(base::ExitCode::kInternal);
  }
}
