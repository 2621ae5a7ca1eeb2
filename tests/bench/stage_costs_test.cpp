#include "topfive/bench/stage_costs.h"

#include "topfive/bench/process_usage.h"

#include "data/fake_source.h"
#include "image/image_files.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive;

namespace {

// Twenty files: JPEGs, a PNG, and one that is cut off.
class Files : public tests::FakeSource {
 public:
  static constexpr std::int64_t kFiles = 20;
  static constexpr std::int64_t kPng = 4;
  static constexpr std::int64_t kBroken = 9;

  Files() : FakeSource(kFiles) {
    const auto picture = test::smooth_picture({64, 48}, 3);
    jpeg_ = test::make_jpeg(picture, {.horizontal_sampling = 2, .vertical_sampling = 2});
    png_ = test::make_png(picture);
  }
  std::optional<std::pair<int, int>> fixed_height_width() const override { return std::nullopt; }
  data::RawSample read(std::int64_t index, std::vector<std::byte>& /*buffer*/) const override {
    data::RawSample sample;
    sample.bytes = index == kPng ? png_ : jpeg_;
    if (index == kBroken) sample.bytes = sample.bytes.first(sample.bytes.size() / 2);
    return sample;
  }

 private:
  test::Bytes jpeg_;
  test::Bytes png_;
};

bench::StageCosts measure(const data::SampleSource& source, const std::vector<augment::TransformConfig>& steps) {
  const augment::Pipeline pipeline(steps, "test", 3, std::nullopt);
  bench::StageSetup setup;
  setup.source = &source;
  setup.pipeline = &pipeline;
  setup.steps = &steps;
  return bench::measure_stages(setup);
}

}  // namespace

TEST_CASE("every stage of a list with a window takes time, and bad pictures are left out of all sums") {
  augment::RandomResizedCropConfig crop;
  crop.size = 32;
  const auto costs = measure(Files(), {crop, augment::HorizontalFlipConfig{}});
  CHECK(costs.skipped <= 1);  // a window above the cut may not notice it
  CHECK(costs.pictures + costs.skipped == Files::kFiles);
  CHECK(costs.encoded == costs.pictures);
  CHECK(costs.planned == costs.pictures - 1);  // all but the PNG file
  CHECK(costs.path > 0);
  CHECK(costs.stages.decode > 0);
  CHECK(costs.stages.resample > 0);
  CHECK(costs.whole_decode > 0);
  CHECK(costs.window_decode > 0);
  CHECK(costs.resample > 0);
}

TEST_CASE("a list without a window is measured as a whole") {
  augment::ResizeConfig resize;
  resize.height = resize.width = 16;
  const auto costs = measure(Files(), {resize});
  CHECK(costs.skipped == 1);
  CHECK(costs.pictures == Files::kFiles - 1);
  CHECK(costs.planned == 0);
  CHECK(costs.window_decode == 0.0);
  CHECK(costs.whole_decode > 0);
}

TEST_CASE("the clocks of a process go on and its peak memory is known") {
  const double process = bench::process_cpu_seconds();
  const double thread = bench::thread_cpu_seconds();
  // A clock of CPU time only moves while there is something to do.
  volatile double sum = 0;
  while (bench::thread_cpu_seconds() < thread + 0.02) sum = sum + 1;
  CHECK(bench::process_cpu_seconds() > process);
  CHECK(bench::peak_memory_bytes() > 1 << 20);
}
