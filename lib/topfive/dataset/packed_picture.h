// One sample on its way into a shard: checked, perhaps written anew, and described.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "topfive/data/sample_index.h"
#include "topfive/data/sample_source.h"

namespace topfive::dataset {

struct PictureRewrite {
  bool lossless = false;  // smaller JPEG files with the same pixels; see image::transcode_jpeg()
  int short_side = 0;     // 0: as they are; otherwise larger pictures are scaled to this shorter side
  int quality = 90;       // of the JPEG files that are written for scaled pictures

  // As SampleIndex::pixels says it: "short_side=256 quality=90", or empty.
  std::string pixels() const;
};

struct PackedPicture {
  std::string error;             // why it cannot be used; all below is empty then
  std::vector<std::byte> bytes;  // of a JPEG or PNG file
  const char* extension = "";    // "jpg" or "png", after its content
  std::uint64_t original_bytes = 0;
  data::SampleRecord facts;     // width, height, flags, crc32c, size; its place is not known yet
  std::vector<std::byte> rows;  // its row index, where it is asked for and our decoder reads the picture
};

// Reads the sample and decodes all of it, so that no shard holds a picture that a training would trip over. Bytes that
// need not change are kept as they are. Pixels without a file become PNG. Never throws for the content.
PackedPicture pack_picture(const data::SampleSource& source, std::int64_t index, const PictureRewrite& rewrite,
                           bool with_rows);

}  // namespace topfive::dataset
