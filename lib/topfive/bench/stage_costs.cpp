#include "topfive/bench/stage_costs.h"

#include <algorithm>
#include <array>

#include "topfive/bench/process_usage.h"
#include "topfive/bench/window_plan.h"
#include "topfive/data/epoch_order.h"
#include "topfive/image/decode.h"
#include "topfive/image/jpeg_reader.h"
#include "topfive/image/matrix_rows.h"

namespace topfive::bench {
namespace {

// Buffers grow and the caches fill on the first pictures; these are not counted.
constexpr std::int64_t kWarmUp = 16;

data::ReaderOptions with_clocks(data::ReaderOptions options) {
  options.measure_stages = true;
  return options;
}

class Stages {
 public:
  explicit Stages(const StageSetup& setup);
  // Adds one sample to the sums.
  void measure(std::int64_t index, StageCosts& costs);

 private:
  void run_path(std::int64_t index, StageCosts& costs);
  void run_parts(const data::RawSample& raw, std::int64_t index, StageCosts& costs);
  // The size of a JPEG of which windows can be decoded.
  std::optional<cv::Size> size_if_windows(const data::RawSample& raw);
  void decode_whole(const data::RawSample& raw, const std::optional<cv::Size>& size, StageCosts& costs);
  void decode_window(const data::RawSample& raw, const WindowPlan& plan, StageCosts& costs);
  void decode_rows(const data::RawSample& raw, const cv::Rect& window);
  void resample(const image::Image& picture, const image::ResampleTask& task, const cv::Rect& rows, StageCosts& costs);
  data::Slot slot() { return {pixels_.data(), &label_, &sample_id_, colour_shift_.data()}; }

  const StageSetup& setup_;
  data::SampleReader reader_;
  data::SampleReader reader_with_clocks_;
  image::JpegReader jpeg_;
  image::Resampler resampler_;
  image::MatrixRows matrix_rows_;
  std::vector<std::byte> file_;
  std::vector<std::uint8_t> pixels_;
  std::int64_t label_ = 0;
  std::int64_t sample_id_ = 0;
  std::array<float, 3> colour_shift_{};
};

Stages::Stages(const StageSetup& setup)
    : setup_(setup),
      reader_(*setup.source, *setup.pipeline, setup.reader),
      reader_with_clocks_(*setup.source, *setup.pipeline, with_clocks(setup.reader)),
      jpeg_(setup.reader.decoder),
      pixels_(static_cast<std::size_t>(setup.pipeline->output_size().area()) *
              static_cast<std::size_t>(setup.reader.channels)) {}

// A picture counts in all sums or in none.
void Stages::measure(std::int64_t index, StageCosts& costs) {
  StageCosts sums = costs;
  try {
    run_path(index, sums);
    const data::RawSample raw = setup_.source->read(index, file_);
    if (raw.encoded) run_parts(raw, index, sums);
    ++sums.pictures;
    costs = sums;
  } catch (const data::SampleError&) {
    ++costs.skipped;
  } catch (const image::DecodeError&) {
    ++costs.skipped;
  }
}

void Stages::run_path(std::int64_t index, StageCosts& costs) {
  const double begin = thread_cpu_seconds();
  reader_.read(index, 0, slot());
  costs.path += thread_cpu_seconds() - begin;
  reader_with_clocks_.read(index, 0, slot());
  data::ReadStatistics sum;
  sum.seconds = costs.stages;
  sum += reader_with_clocks_.take_statistics();
  costs.stages = sum.seconds;
}

void Stages::run_parts(const data::RawSample& raw, std::int64_t index, StageCosts& costs) {
  const auto size = size_if_windows(raw);
  decode_whole(raw, size, costs);
  if (!size) return;
  base::RandomStream random(setup_.reader.seed, 0, static_cast<std::uint64_t>(index));
  if (const auto plan = plan_window(*setup_.steps, *size, random)) decode_window(raw, *plan, costs);
}

std::optional<cv::Size> Stages::size_if_windows(const data::RawSample& raw) {
  if (image::sniff_format(raw.bytes) != image::Format::kJpeg) return std::nullopt;
  jpeg_.open(raw.bytes, raw.slack);
  const cv::Size size = jpeg_.size();
  const bool windows = jpeg_.reads_windows(setup_.reader.channels);
  jpeg_.close();
  return windows ? std::optional(size) : std::nullopt;
}

void Stages::decode_whole(const data::RawSample& raw, const std::optional<cv::Size>& size, StageCosts& costs) {
  const double begin = thread_cpu_seconds();
  if (size) {
    decode_rows(raw, cv::Rect(cv::Point(), *size));
  } else {
    image::decode(raw.bytes, setup_.reader.channels);
  }
  costs.whole_decode += thread_cpu_seconds() - begin;
  ++costs.encoded;
}

void Stages::decode_window(const data::RawSample& raw, const WindowPlan& plan, StageCosts& costs) {
  const int channels = setup_.reader.channels;
  const image::ResampleTask task{plan.window.size(), plan.scaled, plan.kept, plan.kernel, channels, false};
  const cv::Rect rows = resampler_.prepare(task) + plan.window.tl();
  const double begin = thread_cpu_seconds();
  decode_rows(raw, rows);
  costs.window_decode += thread_cpu_seconds() - begin;
  resample(image::decode(raw.bytes, channels), task, rows, costs);
  ++costs.planned;
}

void Stages::decode_rows(const data::RawSample& raw, const cv::Rect& window) {
  jpeg_.open(raw.bytes, raw.slack);
  jpeg_.use_index(raw.row_index);
  jpeg_.begin(window, setup_.reader.channels);
  for (int y = 0; y < window.height; ++y) jpeg_.next_row();
  jpeg_.close();
}

void Stages::resample(const image::Image& picture, const image::ResampleTask& task, const cv::Rect& rows,
                      StageCosts& costs) {
  const auto step = static_cast<std::size_t>(task.kept.width) * static_cast<std::size_t>(task.channels);
  const double begin = thread_cpu_seconds();
  resampler_.prepare(task);
  matrix_rows_.begin(picture, rows);
  resampler_.run(matrix_rows_, pixels_.data(), step);
  costs.resample += thread_cpu_seconds() - begin;
}

}  // namespace

StageCosts measure_stages(const StageSetup& setup) {
  data::EpochPlan plan;
  plan.shuffle = setup.shuffled;
  const data::EpochOrder order(setup.source->size(), 1, setup.reader.seed, plan);
  Stages stages(setup);
  const std::int64_t samples = std::min(setup.samples, order.samples());
  StageCosts warm_up;
  for (std::int64_t i = 0; i < std::min(kWarmUp, samples); ++i) stages.measure(order.sample(i), warm_up);
  StageCosts costs;
  const double end = wall_seconds() + setup.max_seconds;
  for (std::int64_t i = 0; i < samples && (i == 0 || wall_seconds() < end); ++i) stages.measure(order.sample(i), costs);
  return costs;
}

}  // namespace topfive::bench
