#include "support/picture_folder.h"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

namespace topfive::tests {
namespace {

cv::Mat make_picture(std::size_t label, int number, const PictureFolderOptions& options) {
  cv::Scalar colour(40, 40, 40);
  colour[static_cast<int>(label % 3)] = label < 3 ? 210 : 150;
  cv::Mat picture(options.height, options.width, CV_8UC3, colour);
  cv::RNG random(static_cast<std::uint64_t>(number) * 1000 + label + 1);
  cv::Mat noise(picture.size(), CV_8UC3);
  random.fill(noise, cv::RNG::UNIFORM, 0, 40);
  return picture + noise;
}

void make_split(const std::filesystem::path& directory, int per_class, int first_number,
                const PictureFolderOptions& options) {
  for (std::size_t label = 0; label < options.classes.size(); ++label) {
    const auto folder = directory / options.classes[label];
    std::filesystem::create_directories(folder);
    for (int i = 0; i < per_class; ++i) {
      const auto file = folder / (std::to_string(i) + ".JPEG");
      cv::imwrite(file.string() + ".jpg", make_picture(label, first_number + i, options));
      std::filesystem::rename(file.string() + ".jpg", file);
    }
  }
}

}  // namespace

void make_picture_folder(const std::filesystem::path& directory, const PictureFolderOptions& options) {
  make_split(directory / "train", options.train_per_class, 0, options);
  make_split(directory / "val", options.val_per_class, 100'000, options);
}

void truncate_file(const std::filesystem::path& file, std::uintmax_t bytes) {
  std::filesystem::resize_file(file, bytes);
}

}  // namespace topfive::tests
