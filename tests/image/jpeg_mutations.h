// Damage to JPEG files that knows their form: segments, tables, markers, and the entropy-coded data between them.
#pragma once

#include <random>

#include "image/image_files.h"

namespace topfive::test {

// A sound file: its segments, from their markers on, and what is behind the header of the scan.
struct JpegParts {
  std::vector<Bytes> segments;  // without the start of the image; the last is the header of the scan
  Bytes scan;                   // with the end marker

  explicit JpegParts(const Bytes& file);
  Bytes joined() const;
};

// One to four changes of any kind. Parts of another file come in as well. Most results end with an end marker, without
// which decoders look at nothing else.
Bytes mutated_jpeg(const JpegParts& parts, const JpegParts& other, std::mt19937& random);

}  // namespace topfive::test
