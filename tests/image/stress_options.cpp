#include "image/stress_options.h"

#include <cstdio>
#include <fstream>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"

namespace topfive::test {

using base::ExitCode;
using base::UserError;

StressOptions::StressOptions(int argc, const char* const* argv, std::map<std::string, std::string> defaults)
    : values_(std::move(defaults)) {
  for (int i = 1; i < argc; i += 2) {
    const std::string argument = argv[i];
    const auto found = argument.starts_with("--") ? values_.find(argument.substr(2)) : values_.end();
    if (found == values_.end()) {
      std::string known;
      for (const auto& [name, value] : values_) known += " --" + name;
      throw UserError(ExitCode::kUsage, argument + ": unknown; known:" + known);
    }
    if (i + 1 == argc) throw UserError(ExitCode::kUsage, argument + ": a value has to follow");
    found->second = argv[i + 1];
  }
}

std::int64_t StressOptions::number(const std::string& name) const {
  const std::string& value = text(name);
  std::size_t read = 0;
  std::int64_t number = -1;
  try {
    number = std::stoll(value, &read);
  } catch (const std::logic_error&) {
    read = 0;
  }
  if (number < 0 || read != value.size()) {
    throw UserError(ExitCode::kUsage, "--" + name + " " + value + ": a whole number of 0 or more is needed");
  }
  return number;
}

void write_summary(const nlohmann::ordered_json& summary, const std::string& file) {
  std::printf("%s\n", summary.dump().c_str());
  if (file.empty()) return;
  std::ofstream out(file, std::ios::app);
  out << summary.dump() << "\n";
  if (!out.flush()) throw UserError(ExitCode::kCannotCreate, file + ": cannot be written; name another --json file");
}

std::uint32_t case_seed(std::int64_t seed, std::int64_t number) {
  // SplitMix64's finaliser: near numbers give far seeds.
  auto value = static_cast<std::uint64_t>(seed) * 0x9e3779b97f4a7c15U + static_cast<std::uint64_t>(number);
  value = (value ^ value >> 30U) * 0xbf58476d1ce4e5b9U;
  value = (value ^ value >> 27U) * 0x94d049bb133111ebU;
  return static_cast<std::uint32_t>(value ^ value >> 31U);
}

int run_stress_program(const std::string& name, int (*run)(int, const char* const*), int argc,
                       const char* const* argv) {
  try {
    return run(argc, argv);
  } catch (const UserError& error) {
    std::fprintf(stderr, "%s: error: %s\n", name.c_str(), error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: unexpected: %s\n", name.c_str(), error.what());
    return static_cast<int>(ExitCode::kInternal);
  }
}

}  // namespace topfive::test
