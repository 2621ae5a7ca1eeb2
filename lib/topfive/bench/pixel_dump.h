// What `bench pixels` does: writes the bytes that the network would be given, for comparison with other software.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace topfive::bench {

// Pictures one after the other, each height x width x channels, without any header.
struct SamplePixelsRequest {
  std::string config;  // a path, or the name of a shipped config
  std::vector<std::string> overrides;
  std::filesystem::path data_directory;
  std::string split = "val";  // or "train"
  std::filesystem::path out;
};

// Every sample of a split, in the order of the data set: by class, then by file name. Training's random crops are
// those of epoch 0. A picture that cannot be used is an error. Returns one line that says what was written.
std::string dump_samples(const SamplePixelsRequest& request);

struct WindowPixelsRequest {
  std::filesystem::path windows;  // a text file, see below
  int size = 224;
  std::filesystem::path out;
};

// Windows of files, scaled to size x size by Pillow's bilinear filter, as RGB. Each line of the text file is
// "left top width height flip path", flip being 0 or 1. UserError(kBadData) for a line that is not, or a window that
// does not lie in its picture.
std::string dump_windows(const WindowPixelsRequest& request);

}  // namespace topfive::bench
