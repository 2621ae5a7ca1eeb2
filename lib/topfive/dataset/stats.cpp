#include "topfive/dataset/stats.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <ostream>

#include "topfive/base/files.h"
#include "topfive/base/log.h"
#include "topfive/base/progress.h"
#include "topfive/base/stop_signal.h"
#include "topfive/data/open_source.h"
#include "topfive/data/printable.h"
#include "topfive/dataset/ordered_pass.h"
#include "topfive/dataset/picture_loader.h"
#include "topfive/dataset/split_parts.h"
#include "topfive/image/probe.h"

namespace topfive::dataset {
namespace {

// What one picture adds.
struct PictureStats {
  std::string error;  // why it was skipped
  ColourSums colours;
  image::PictureFacts facts;  // format kUnknown where it is no file
  std::uint64_t bytes = 0;
};

// "4:2:0" for the factors of luma over chroma.
std::string sampling_name(const image::PictureFacts& facts) {
  const int h = facts.horizontal_sampling;
  const int v = facts.vertical_sampling;
  if (h == 1 && v == 1) return "4:4:4";
  if (h == 2 && v == 1) return "4:2:2";
  if (h == 2 && v == 2) return "4:2:0";
  return h == 1 && v == 2 ? "4:4:0" : "other sampling";
}

std::string kind_name(const image::PictureFacts& facts) {
  if (facts.format == image::Format::kPng) return "png";
  std::string name = "jpeg ";
  name += facts.components == 1 ? "grey" : facts.is_cmyk() ? "cmyk" : sampling_name(facts);
  return facts.progressive ? name + " progressive" : name;
}

// One thread's way from a sample to its sums.
class PictureMeter {
 public:
  PictureMeter(const data::SampleSource& source, const augment::Pipeline* pipeline, int channels)
      : source_(source), channels_(channels) {
    if (pipeline != nullptr) preview_ = std::make_unique<SamplePreview>(source, *pipeline, channels, 0);
  }

  PictureStats measure(std::int64_t index) {
    PictureStats stats;
    try {
      const data::RawSample raw = source_.read(index, buffer_);
      if (raw.encoded) {
        stats.facts = image::probe(raw.bytes);
        stats.bytes = raw.bytes.size();
      }
      stats.colours = preview_ ? colour_sums(preview_->draw(index, 0))
                               : colour_sums(load_picture(source_, index, channels_, buffer_));
    } catch (const data::SampleError& error) {
      stats.error = error.what();
    } catch (const image::DecodeError& error) {
      stats.error = error.what();
    }
    return stats;
  }

 private:
  const data::SampleSource& source_;
  int channels_;
  std::unique_ptr<SamplePreview> preview_;
  std::vector<std::byte> buffer_;
};

Range range_of(std::vector<double>& values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {values.front(), values[values.size() / 2], values.back()};
}

// Takes the pictures in order; one thread.
class StatsCollector {
 public:
  explicit StatsCollector(int channels) : channels_(channels), std_sums_(static_cast<std::size_t>(channels), 0.0) {}

  void add(const PictureStats& picture, const std::string& name) {
    if (!picture.error.empty()) {
      if (stats_.skipped++ == 0) base::log_warning(name + " is left out: " + picture.error);
      return;
    }
    ++stats_.pictures;
    sums_.add(picture.colours);
    const ColourStatistics own = colour_statistics(picture.colours, channels_);
    for (std::size_t c = 0; c < std_sums_.size(); ++c) std_sums_[c] += own.std[c];
    if (picture.facts.format == image::Format::kUnknown) return;
    widths_.push_back(picture.facts.width);
    heights_.push_back(picture.facts.height);
    bits_.push_back(8.0 * static_cast<double>(picture.bytes) / picture.facts.width / picture.facts.height);
    ++stats_.kinds[kind_name(picture.facts)];
  }

  Stats finish() {
    if (stats_.pictures == 0) {
      throw base::UserError(base::ExitCode::kBadData, "no picture can be decoded; see what dataset verify says");
    }
    stats_.pixels = sums_.pixels;
    stats_.colours = colour_statistics(sums_, channels_);
    for (const double sum : std_sums_) stats_.mean_std.push_back(sum / static_cast<double>(stats_.pictures));
    stats_.width = range_of(widths_);
    stats_.height = range_of(heights_);
    stats_.bits_per_pixel = range_of(bits_);
    return std::move(stats_);
  }

 private:
  int channels_;
  Stats stats_;
  ColourSums sums_;
  std::vector<double> std_sums_;
  std::vector<double> widths_;
  std::vector<double> heights_;
  std::vector<double> bits_;
};

std::unique_ptr<data::SampleSource> open_limited(const StatsRequest& request) {
  require_data_directory(request.directory);
  const auto splits = splits_named(request.split);
  if (splits.size() != 1) {
    throw base::UserError(base::ExitCode::kUsage, "--split: statistics are of one split; name train or val");
  }
  data::DataConfig config = request.data;
  config.train_limit = config.eval_limit = request.limit;
  return data::open_source(config, request.directory, splits.front());
}

std::unique_ptr<augment::Pipeline> pipeline_of(const StatsRequest& request, const data::SampleSource& source) {
  if (request.transforms.empty()) return nullptr;
  std::optional<cv::Size> fixed;
  if (const auto size = source.fixed_height_width()) fixed = cv::Size(size->second, size->first);
  return std::make_unique<augment::Pipeline>(request.transforms, "augment.eval", request.data.channels, fixed);
}

}  // namespace

std::optional<Stats> collect_stats(const StatsRequest& request) {
  const auto source = open_limited(request);
  const auto pipeline = pipeline_of(request, *source);
  const int threads = threads_or_default(request.threads);
  std::vector<std::unique_ptr<PictureMeter>> meters;
  for (int i = 0; i < threads; ++i) {
    meters.push_back(std::make_unique<PictureMeter>(*source, pipeline.get(), request.data.channels));
  }
  StatsCollector collector(request.data.channels);
  base::CountProgress progress("measured", source->size());
  const bool whole = ordered_pass<PictureStats>(
      source->size(), threads,
      [&](std::int64_t index, int thread) { return meters[static_cast<std::size_t>(thread)]->measure(index); },
      [&](std::int64_t index, const PictureStats& picture) {
        collector.add(picture, source->name(index));
        progress.add(1);
      });
  progress.finish();
  if (!whole) return std::nullopt;
  return collector.finish();
}

base::ExitCode run_stats(const StatsRequest& request, std::ostream& out) {
  const std::optional<Stats> stats = collect_stats(request);
  if (!stats) {
    base::log_warning("stopped by " + base::stop_signal_name() + "; nothing was written");
    return base::ExitCode::kStopped;
  }
  out << stats_text(*stats);
  if (!request.json.empty()) base::write_file_atomically(request.json, stats_json(*stats));
  return base::ExitCode::kOk;
}

}  // namespace topfive::dataset
