#include "data/fake_source.h"
#include "data/test_files.h"

using namespace topfive;
using data::BatchLoader;
using data::EpochPlan;
using tests::digests;
using tests::FakeSource;
using tests::grey_options;

namespace {

augment::Pipeline pipeline_of(int size) {
  return {{augment::RandomCropConfig{.size = size}, augment::HorizontalFlipConfig{}},
          "test",
          1,
          cv::Size(FakeSource::kWidth, FakeSource::kHeight)};
}

EpochPlan plan_of(std::int64_t epoch, const augment::Pipeline* pipeline) {
  EpochPlan plan = tests::shuffled(epoch);
  plan.pipeline = pipeline;
  return plan;
}

}  // namespace

TEST_CASE("an epoch of smaller pictures has the bytes of a loader that was made for them") {
  const FakeSource source(37);
  const auto full = pipeline_of(5);
  const int threads = GENERATE(1, 2, 8);
  BatchLoader loader(source, full, grey_options(8, threads));
  for (const int size : {2, 3, 5, 4}) {
    const auto small = pipeline_of(size);
    BatchLoader reference(source, small, grey_options(8));
    CHECK(digests(loader, plan_of(size, &small)) == digests(reference, plan_of(size, nullptr)));
  }
}

TEST_CASE("batches say the size of their epoch, and the loader's own comes back") {
  const FakeSource source(20);
  const auto full = pipeline_of(5);
  const auto small = pipeline_of(3);
  BatchLoader loader(source, full, grey_options(8));
  const auto size_of_first = [&](const augment::Pipeline* pipeline) {
    loader.start(plan_of(0, pipeline));
    const auto lease = loader.next();
    return cv::Size(lease->width, lease->height);
  };
  CHECK(size_of_first(nullptr) == cv::Size(5, 5));
  CHECK(size_of_first(&small) == cv::Size(3, 3));
  CHECK(size_of_first(nullptr) == cv::Size(5, 5));
}

TEST_CASE("pictures larger than the loader's own are refused, and the epoch before goes on") {
  const FakeSource source(20);
  const auto full = pipeline_of(4);
  const auto larger = pipeline_of(5);
  BatchLoader loader(source, full, grey_options(8));
  loader.start(plan_of(0, nullptr));
  REQUIRE(loader.next()->index == 0);
  CHECK_THROWS_AS(loader.start(plan_of(1, &larger)), std::invalid_argument);
  CHECK(loader.next()->index == 1);
}
