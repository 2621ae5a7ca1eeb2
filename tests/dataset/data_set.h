// Data sets made on the spot, good and bad ones.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "data/test_files.h"
#include "image/image_files.h"

namespace topfive::tests {

// Distinct small pictures; equal numbers give equal bytes.
test::Bytes jpeg_of(int number);
std::string as_text(const test::Bytes& bytes);

// DIR/train/<class>/0.JPEG ... and DIR/val/<class>/...; no two pictures are the same.
void make_data_set(const std::filesystem::path& directory, const std::vector<std::string>& classes, int train_each = 3,
                   int val_each = 2);

// DIR/train/cat and dog: some 100 kB each, so that nine or ten fill a shard of 1 MiB.
void make_large_pictures(const std::filesystem::path& directory, int number);

// What `dataset verify` says of a directory.
struct VerifyOutcome {
  int exit_code = 0;
  std::string text;
  std::map<std::string, std::vector<std::string>> problems;  // name to "subject: detail", in order
  std::string json;
};
VerifyOutcome verify(const std::filesystem::path& directory, const std::filesystem::path& fix = "", int threads = 2);

// All files below a directory, relative, in byte order, links included.
std::vector<std::string> files_below(const std::filesystem::path& directory);
std::string content_of(const std::filesystem::path& file);

}  // namespace topfive::tests
