// What every program's main does around its own work: flags, version, logging, signals, and errors to exit codes.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "topfive/base/error.h"
#include "topfive/weights/load_weights.h"

namespace topfive::apps {

// Adds --version and --log-level, parses, sets up logging and signals, then calls `work`. A base::UserError becomes one
// line on standard error and its exit code, a wrong command line exit code 64, anything else 70. `notes` is printed
// below --help: examples and exit codes.
int run_program(CLI::App& app, int argc, char** argv, const std::string& notes,
                const std::function<base::ExitCode()>& work);

// For Option::transform: turns a name into its value's number. Anything else, numbers too, is refused with all names
// and the nearest of them.
CLI::Validator choice_of(std::vector<std::pair<std::string, int>> names);

template <typename Enum>
CLI::Validator choice_of(const std::vector<std::pair<std::string, Enum>>& names) {
  std::vector<std::pair<std::string, int>> numbers;
  for (const auto& [name, value] : names) numbers.emplace_back(name, static_cast<int>(value));
  return choice_of(std::move(numbers));
}

// The flags --strict, --head-only and --partial, of which one may be given, beside --weights.
void add_policy_flags(CLI::App& app, CLI::Option* weights, weights::LoadPolicy& policy);

}  // namespace topfive::apps
