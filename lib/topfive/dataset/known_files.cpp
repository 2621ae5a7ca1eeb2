#include "topfive/dataset/known_files.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace topfive::dataset {
namespace {

constexpr std::string_view kPngFile = "n02105855_2933.JPEG";

// The list in TensorFlow's build_imagenet_data.py.
constexpr auto kCmykFiles = std::to_array<std::string_view>(
    {"n01739381_1309.JPEG",  "n02077923_14822.JPEG", "n02447366_23489.JPEG", "n02492035_15739.JPEG",
     "n02747177_10752.JPEG", "n03018349_4028.JPEG",  "n03062245_4620.JPEG",  "n03347037_9675.JPEG",
     "n03467068_12171.JPEG", "n03529860_11437.JPEG", "n03544143_17228.JPEG", "n03633091_5218.JPEG",
     "n03710637_5125.JPEG",  "n03961711_5286.JPEG",  "n04033995_2932.JPEG",  "n04258138_17003.JPEG",
     "n04264628_27969.JPEG", "n04336792_7448.JPEG",  "n04371774_5854.JPEG",  "n04596742_4225.JPEG",
     "n07583066_647.JPEG",   "n13037406_4650.JPEG"});

bool is_wordnet_id(const std::string& name) {
  return name.size() == 9 && name[0] == 'n' &&
         std::all_of(name.begin() + 1, name.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

bool is_known_cmyk(std::string_view file_name) {
  return std::find(kCmykFiles.begin(), kCmykFiles.end(), file_name) != kCmykFiles.end();
}

bool is_known_png(std::string_view file_name) { return file_name == kPngFile; }

bool looks_like_imagenet(const std::vector<std::string>& class_names) {
  return class_names.size() == 1000 && std::all_of(class_names.begin(), class_names.end(), is_wordnet_id);
}

}  // namespace topfive::dataset
