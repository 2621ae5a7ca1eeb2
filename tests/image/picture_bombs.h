// Small files that ask for much: memory, time, or both.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "image/image_files.h"

namespace topfive::test {

struct Bomb {
  std::string name;
  std::function<Bytes()> make;
};

// At least 60.
std::vector<Bomb> picture_bombs();

// The rows of an interlaced 8-bit RGB picture (Adam7), as IDAT holds them before compression.
Bytes interlaced_rows(const image::Image& rgb);

}  // namespace topfive::test
