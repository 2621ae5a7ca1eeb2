// Random damage to files.
#pragma once

#include <random>

#include "image/image_files.h"

namespace topfive::test {

std::size_t below(std::mt19937& random, std::size_t n);

// One to six changes: bytes and bits set, runs taken out or put in.
Bytes damaged(Bytes bytes, std::mt19937& random);

}  // namespace topfive::test
