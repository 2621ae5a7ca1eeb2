// Pearson's test of counts against equal shares.
#pragma once

#include <cmath>
#include <numeric>
#include <vector>

namespace topfive::tests {

inline double chi_square(const std::vector<int>& counts) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  const double expected = total / static_cast<double>(counts.size());
  double sum = 0;
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

// What a sound generator exceeds once in about 300,000 seeds (Wilson and Hilferty's approximation at 4.5 sigma).
inline double chi_square_limit(double degrees_of_freedom) {
  const double spread = 2 / (9 * degrees_of_freedom);
  return degrees_of_freedom * std::pow(1 - spread + 4.5 * std::sqrt(spread), 3);
}

}  // namespace topfive::tests
