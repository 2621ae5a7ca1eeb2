// What every copy of ILSVRC-2012 has, so that a check can say that it is nothing new.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace topfive::dataset {

inline constexpr std::int64_t kImageNetTrainPictures = 1'281'167;
inline constexpr std::int64_t kImageNetValPictures = 50'000;

// The file names, without folder, of the 22 CMYK pictures and of the PNG picture among the training pictures.
bool is_known_cmyk(std::string_view file_name);
bool is_known_png(std::string_view file_name);

// 1,000 names of the form n01440764.
bool looks_like_imagenet(const std::vector<std::string>& class_names);

}  // namespace topfive::dataset
