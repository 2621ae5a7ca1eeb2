#include "cli/log_figures.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include <nlohmann/json.hpp>

namespace topfive::tests {

std::vector<double> figures(const std::filesystem::path& run, const std::string& event, const std::string& key) {
  std::vector<double> values;
  std::ifstream log(run / "log.jsonl");
  for (std::string line; std::getline(log, line);) {
    const auto record = nlohmann::json::parse(line);
    if (record.at("event") == event) values.push_back(record.at(key).get<double>());
  }
  return values;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  if (a.size() != b.size()) return kInfinite;
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a[i] - b[i]);
    if (std::isnan(difference)) return kInfinite;
    largest = std::max(largest, difference);
  }
  return largest;
}

}  // namespace topfive::tests
