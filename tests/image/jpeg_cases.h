// JPEG files for tests of the decoder of windows: by libjpeg's own encoder, and written from coefficients that no
// picture has. All of them are sound files that libjpeg decodes without a warning.
#pragma once

#include <random>
#include <string>

#include "image/image_files.h"

namespace topfive::test {

struct JpegCase {
  Bytes file;
  std::string description;  // enough to tell what kind of file it is; the seed makes it again
  cv::Size size;
  int components = 3;
};

enum class CaseSize {
  kTiny,   // up to 24 samples a side, for a great many of them
  kUsual,  // up to 70 samples a side
  kLarge,  // several hundred
};

// Of all samplings, restart intervals, tables and kinds of content.
JpegCase random_jpeg(std::mt19937& random, CaseSize size);

// The two halves of it.
JpegCase random_encoded_jpeg(std::mt19937& random, CaseSize size);
JpegCase random_written_jpeg(std::mt19937& random, CaseSize size);

}  // namespace topfive::test
