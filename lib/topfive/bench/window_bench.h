// What `bench windows` measures: JPEG windows alone, by libjpeg-turbo and by our own decoder's instruction sets.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "topfive/augment/transform_config.h"
#include "topfive/data/sample_source.h"

namespace topfive::bench {

struct WindowSetup {
  const data::SampleSource* source = nullptr;
  const std::vector<augment::TransformConfig>* steps = nullptr;  // which draw the window
  int channels = 3;
  std::uint64_t seed = 0;
  std::int64_t pictures = 500;  // at most this many, all kept in memory
  int rounds = 9;
  int index_step = 0;  // also with an index that has places every so many units; 0: without this measurement
};

// One way of decoding.
struct WindowFigure {
  std::string decoder;      // "libjpeg-turbo", or the instruction set of ours
  int index_step = -1;      // 0: an index of rows; -1: none
  double microseconds = 0;  // a window: header, tables and rows; median of the rounds, time of this thread
  std::int64_t own = 0;     // windows that our decoder made from the first row to the last
  double index_bytes = 0;   // a picture
};

struct WindowFigures {
  std::int64_t pictures = 0;
  double encoded_bytes = 0;  // a picture
  double pixels = 0;         // a window
  int rounds = 0;
  std::vector<WindowFigure> ways;  // libjpeg-turbo first
};

// Pictures of which windows cannot be read are passed over. UserError(kBadData) where there is no other.
WindowFigures measure_windows(const WindowSetup& setup);

std::string windows_text(const WindowFigures& figures);
std::string windows_json(const WindowFigures& figures);

}  // namespace topfive::bench
