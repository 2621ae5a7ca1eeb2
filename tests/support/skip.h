// For tests that need what not every machine has.
#pragma once

#include <iostream>
#include <string>

namespace topfive::tests {

// ctest counts a test that prints this as skipped. The test returns after it.
inline void report_skip(const std::string& reason) { std::cout << "SKIPPED: " << reason << std::endl; }

}  // namespace topfive::tests
