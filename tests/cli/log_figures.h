// Numbers out of a run's log.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace topfive::tests {

// A figure of all records of one kind.
std::vector<double> figures(const std::filesystem::path& run, const std::string& event, const std::string& key);

// Infinite where there are not as many of one as of the other, or where one is not a number.
double largest_difference(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace topfive::tests
