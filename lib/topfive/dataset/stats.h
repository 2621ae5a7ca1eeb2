// One pass over a split for the figures that a recipe needs: mean, standard deviation and the principal components of
// the colours; and what the files are like.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "topfive/augment/transform_config.h"
#include "topfive/base/error.h"
#include "topfive/data/data_config.h"
#include "topfive/dataset/colour_sums.h"

namespace topfive::dataset {

struct StatsRequest {
  std::filesystem::path directory;
  data::DataConfig data;  // type and channels count
  std::string split = "train";
  // Look at the pictures as these steps show them; empty: whole pictures, as they are stored.
  std::vector<augment::TransformConfig> transforms;
  std::int64_t limit = 0;  // 0: all pictures; otherwise that many, spread evenly
  int threads = 0;
  std::filesystem::path json;
};

// Least, median and largest of a number that every file has.
struct Range {
  double least = 0.0;
  double median = 0.0;
  double largest = 0.0;
};

struct Stats {
  std::int64_t pictures = 0;
  std::int64_t skipped = 0;  // could not be decoded
  std::uint64_t pixels = 0;
  ColourStatistics colours;
  std::vector<double> mean_std;  // the mean over the pictures of each one's own standard deviation
  // Of the files, whole; empty where the source has no files of pictures.
  Range width;
  Range height;
  Range bits_per_pixel;
  std::map<std::string, std::int64_t> kinds;  // "jpeg 4:2:0" to their number
};

// UserError(kBadData) if no picture can be decoded; nothing if a signal asked to stop.
std::optional<Stats> collect_stats(const StatsRequest& request);

// For people, with the lines to paste into a recipe; and for programs.
std::string stats_text(const Stats& stats);
std::string stats_json(const Stats& stats);

// Collects, prints, writes the JSON file. kOk, or kStopped.
base::ExitCode run_stats(const StatsRequest& request, std::ostream& out);

}  // namespace topfive::dataset
