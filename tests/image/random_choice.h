// Choices by random numbers, alike with every standard library.
#pragma once

#include <random>

namespace topfive::test {

// From 0 to n - 1.
inline int pick(std::mt19937& random, int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }

// True once in n times.
inline bool one_in(std::mt19937& random, int n) { return pick(random, n) == 0; }

}  // namespace topfive::test
