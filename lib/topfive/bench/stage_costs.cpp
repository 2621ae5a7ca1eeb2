#include "topfive/bench/stage_costs.h"

#include <algorithm>
#include <stdexcept>

#include "topfive/bench/process_usage.h"
#include "topfive/bench/window_plan.h"
#include "topfive/data/epoch_order.h"
#include "topfive/data/sample_reader.h"
#include "topfive/image/decode.h"
#include "topfive/image/jpeg_reader.h"
#include "topfive/image/matrix_rows.h"

namespace topfive::bench {
namespace {

// Buffers grow and the caches fill on the first pictures; these are not counted.
constexpr std::int64_t kWarmUp = 16;

class Stages {
 public:
  explicit Stages(const StageSetup& setup);
  // Adds one sample to the sums.
  void measure(std::int64_t index, StageCosts& costs);

 private:
  void read_complete(std::int64_t index, StageCosts& costs);
  void decode_parts(const data::RawSample& raw, base::RandomStream& random, StageCosts& costs);
  void decode_window(const data::RawSample& raw, const WindowPlan& plan, StageCosts& costs);
  void resample(const data::RawSample& raw, const image::ResampleTask& task, const cv::Rect& needed, StageCosts& costs);
  void decode_rows(const data::RawSample& raw, const cv::Rect& window);
  void decode_whole(const data::RawSample& raw, StageCosts& costs);

  const StageSetup& setup_;
  data::SampleReader reader_;
  image::JpegReader jpeg_;
  image::Resampler resampler_;
  image::MatrixRows matrix_rows_;
  std::vector<std::byte> file_;
  std::vector<std::uint8_t> pixels_;
};

Stages::Stages(const StageSetup& setup)
    : setup_(setup),
      reader_(*setup.source, *setup.pipeline, setup.channels, setup.seed),
      pixels_(static_cast<std::size_t>(setup.pipeline->output_size().area()) *
              static_cast<std::size_t>(setup.channels)) {}

void Stages::measure(std::int64_t index, StageCosts& costs) {
  StageCosts one = costs;
  try {
    read_complete(index, one);
    const double begin = thread_cpu_seconds();
    const data::RawSample raw = setup_.source->read(index, file_);
    one.read += thread_cpu_seconds() - begin;
    base::RandomStream random(setup_.seed, 0, static_cast<std::uint64_t>(index));
    if (raw.encoded) decode_parts(raw, random, one);
    ++one.pictures;
    costs = one;
  } catch (const data::SampleError&) {
    ++costs.skipped;
  } catch (const image::DecodeError&) {
    ++costs.skipped;
  }
}

void Stages::read_complete(std::int64_t index, StageCosts& costs) {
  std::int64_t label = 0;
  std::int64_t sample_id = 0;
  std::array<float, 3> colour_shift{};
  const double begin = thread_cpu_seconds();
  reader_.read(index, 0, {pixels_.data(), &label, &sample_id, colour_shift.data()});
  costs.complete += thread_cpu_seconds() - begin;
}

void Stages::decode_parts(const data::RawSample& raw, base::RandomStream& random, StageCosts& costs) {
  decode_whole(raw, costs);
  if (image::sniff_format(raw.bytes) != image::Format::kJpeg) return;
  const double begin = thread_cpu_seconds();
  jpeg_.open(raw.bytes, raw.slack);
  const bool windows = jpeg_.reads_windows(setup_.channels);
  const auto plan = plan_window(*setup_.steps, jpeg_.size(), random);
  jpeg_.close();
  const double header = thread_cpu_seconds() - begin;
  if (!windows) return;
  ++costs.windows;
  if (!plan) return;
  costs.header += header;
  decode_window(raw, *plan, costs);
  ++costs.planned;
}

void Stages::decode_window(const data::RawSample& raw, const WindowPlan& plan, StageCosts& costs) {
  const image::ResampleTask task{plan.window.size(), plan.scaled, plan.kept, plan.kernel, setup_.channels, false};
  const cv::Rect needed = resampler_.prepare(task);
  const cv::Rect of_picture = needed + plan.window.tl();
  const double begin = thread_cpu_seconds();
  decode_rows(raw, of_picture);
  costs.window_decode += thread_cpu_seconds() - begin;
  resample(raw, task, of_picture, costs);
}

void Stages::resample(const data::RawSample& raw, const image::ResampleTask& task, const cv::Rect& needed,
                      StageCosts& costs) {
  const image::Image picture = image::decode(raw.bytes, setup_.channels);
  const double begin = thread_cpu_seconds();
  resampler_.prepare(task);
  matrix_rows_.begin(picture, needed);
  resampler_.run(matrix_rows_, pixels_.data(),
                 static_cast<std::size_t>(task.kept.width) * static_cast<std::size_t>(setup_.channels));
  costs.resample += thread_cpu_seconds() - begin;
}

void Stages::decode_rows(const data::RawSample& raw, const cv::Rect& window) {
  jpeg_.open(raw.bytes, raw.slack);
  jpeg_.begin(window, setup_.channels);
  for (int y = 0; y < window.height; ++y) jpeg_.next_row();
  jpeg_.close();
}

void Stages::decode_whole(const data::RawSample& raw, StageCosts& costs) {
  const double begin = thread_cpu_seconds();
  bool by_rows = image::sniff_format(raw.bytes) == image::Format::kJpeg;
  if (by_rows) {
    jpeg_.open(raw.bytes, raw.slack);
    by_rows = jpeg_.reads_windows(setup_.channels);
    const cv::Rect all(cv::Point(), jpeg_.size());
    jpeg_.close();
    if (by_rows) decode_rows(raw, all);
  }
  if (!by_rows) image::decode(raw.bytes, setup_.channels);
  costs.whole_decode += thread_cpu_seconds() - begin;
}

}  // namespace

StageCosts measure_stages(const StageSetup& setup) {
  data::EpochPlan plan;
  plan.shuffle = setup.shuffled;
  const data::EpochOrder order(setup.source->size(), 1, setup.seed, plan);
  Stages stages(setup);
  StageCosts warm_up;
  const std::int64_t samples = std::min(setup.samples, order.samples());
  for (std::int64_t i = 0; i < std::min(kWarmUp, samples); ++i) stages.measure(order.sample(i), warm_up);
  StageCosts costs;
  const double end = wall_seconds() + setup.max_seconds;
  for (std::int64_t i = 0; i < samples && wall_seconds() < end; ++i) stages.measure(order.sample(i), costs);
  return costs;
}

}  // namespace topfive::bench
