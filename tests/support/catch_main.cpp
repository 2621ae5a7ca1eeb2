// The test programs' main; quiet logging, so that a failing test's output is the first thing seen.
#include <stdlib.h>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
int main(int argc, char* argv[]) { return Catch::Session().run(argc, argv); }
#else
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif

namespace {
// Tests, and the programs that they start, leave no indexes in the user's cache directory.
[[maybe_unused]] const int kNoIndexCache = setenv("TOPFIVE_CACHE_DIR", "", 0);
}  // namespace
