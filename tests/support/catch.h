// One include for Catch2, whichever major version the system has (2 in Debian 12, 3 later).
#pragma once

#ifdef CHECK
#undef CHECK  // LibTorch's logging macro of the same name
#endif
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
#else
#include <catch2/catch.hpp>
// NOLINTNEXTLINE(readability-identifier-naming): the name that Catch2 gives it from version 3 on.
inline auto ContainsSubstring(const std::string& text) { return Catch::Matchers::Contains(text); }
using Catch::Matchers::StartsWith;
#endif
