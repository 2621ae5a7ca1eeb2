// What the stress programs share: their options, and the line of JSON that they end with.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace topfive::test {

// "--name VALUE" pairs. Throws base::UserError for anything else.
class StressOptions {
 public:
  // With the options that there are, and what they are where they are not given.
  StressOptions(int argc, const char* const* argv, std::map<std::string, std::string> defaults);

  std::int64_t number(const std::string& name) const;
  const std::string& text(const std::string& name) const { return values_.at(name); }

 private:
  std::map<std::string, std::string> values_;
};

// Prints the line, and appends it to the file, unless that has no name.
void write_summary(const nlohmann::ordered_json& summary, const std::string& file);

// The number of one case out of those of a whole run.
std::uint32_t case_seed(std::int64_t seed, std::int64_t number);

// Calls run(options) and turns errors into messages and exit codes.
int run_stress_program(const std::string& name, int (*run)(int, const char* const*), int argc, const char* const* argv);

}  // namespace topfive::test
