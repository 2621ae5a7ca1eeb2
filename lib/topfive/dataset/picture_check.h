// Everything that can be said of one picture by itself.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "topfive/data/sample_source.h"
#include "topfive/dataset/finding.h"
#include "topfive/image/probe.h"

namespace topfive::dataset {

// The first 128 bits of SHA-256: nobody makes two files with the same ones.
using ContentHash = std::array<std::uint64_t, 2>;
ContentHash content_hash(std::span<const std::byte> bytes);

struct PictureCheck {
  std::optional<Problem> problem;  // why it cannot be used
  std::string reason;              // the details of it
  std::uint64_t bytes = 0;
  ContentHash hash{};         // not of a picture with a problem
  image::PictureFacts facts;  // the same; format kUnknown where the source has pixels that need no decoding
};

// Reads the sample and decodes all of it. `buffer` is scratch that each thread keeps. Never throws for the content.
PictureCheck check_picture(const data::SampleSource& source, std::int64_t index, std::vector<std::byte>& buffer);

// Adds what the check found. `name` is the sample's name, whose ending says what it should be.
void report_picture(const PictureCheck& check, const std::string& name, FindingLog& log);

}  // namespace topfive::dataset
