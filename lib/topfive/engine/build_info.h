// What a program was built from, and with what.
#pragma once

#include <string>

namespace topfive::engine {

// "topfive 0.1.0 (0a1b2c3d4e5f), LibTorch 2.13.0, OpenCV 4.6.0, CUDA no"
std::string build_summary();

}  // namespace topfive::engine
