// A small data set in ImageNet layout, made on the spot: pictures of plain colour with a little noise.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace topfive::tests {

struct PictureFolderOptions {
  std::vector<std::string> classes = {"blue", "green", "red"};
  int train_per_class = 12;
  int val_per_class = 5;
  int height = 40;
  int width = 48;
};

// Writes DIR/train/<class>/0.JPEG ... and DIR/val/<class>/...; the colour is a function of the class's position.
void make_picture_folder(const std::filesystem::path& directory, const PictureFolderOptions& options = {});

// Cuts a file to its first `bytes` bytes.
void truncate_file(const std::filesystem::path& file, std::uintmax_t bytes);

}  // namespace topfive::tests
