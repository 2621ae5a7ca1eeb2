// The streaming resampler in every instruction set, against the plain one of the whole picture.
#include <random>

#include "topfive/image/flip.h"
#include "topfive/image/matrix_rows.h"
#include "topfive/image/resample_passes.h"
#include "topfive/image/resampler.h"

#include "image/picture.h"
#include "support/catch.h"
#include "support/skip.h"

using namespace topfive::test;
using namespace topfive::image;

namespace {

using MakePasses = std::unique_ptr<ResamplePasses> (*)();

int below(std::mt19937& random, int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }

cv::Rect random_window(std::mt19937& random, cv::Size size) {
  const cv::Size part(1 + below(random, size.width), 1 + below(random, size.height));
  return {cv::Point(below(random, size.width - part.width + 1), below(random, size.height - part.height + 1)), part};
}

// Mostly the sizes of photos' crops, and the extremes on either side.
int random_length(std::mt19937& random) {
  switch (below(random, 4)) {
    case 0:
      return 1 + below(random, 8);
    case 1:
      return 1 + below(random, 40);
    case 2:
      return 100 + below(random, 400);
    default:
      return 1 + below(random, 2000);
  }
}

Image run(Resampler& resampler, const Image& image, const ResampleTask& task) {
  MatrixRows rows;
  rows.begin(image, resampler.prepare(task));
  Image result(task.kept.size(), image.type());
  resampler.run(rows, result.data, result.step[0]);
  return result;
}

}  // namespace

TEST_CASE("every instruction set gives the pixels of the plain resampler") {
  const MakePasses make = GENERATE(make_scalar_passes, make_avx2_passes, make_avx512_passes);
  auto passes = make();
  if (passes == nullptr) {
    topfive::tests::report_skip("this processor lacks the instructions");
    return;
  }
  Resampler resampler(std::move(passes));
  CAPTURE(resampler.instruction_set());
  Resampler plain(make_scalar_passes());
  std::mt19937 random(58);
  for (int i = 0; i < 300; ++i) {
    ResampleTask task;
    task.channels = below(random, 4) == 0 ? 1 : 3;
    task.input = {random_length(random), 1 + below(random, 60)};
    if (below(random, 2) == 0) std::swap(task.input.width, task.input.height);
    task.scaled = {1 + below(random, 300), 1 + below(random, 60)};
    task.kernel = below(random, 2) == 0 ? PilKernel::kBilinear : PilKernel::kBicubic;
    const Image image = formula_picture(task.input, task.channels, static_cast<std::uint64_t>(i));
    task.kept = cv::Rect(cv::Point(), task.scaled);
    const Image whole = run(plain, image, task);
    task.kept = random_window(random, task.scaled);
    task.mirrored = below(random, 2) == 0;
    Image expected = whole(task.kept);
    if (task.mirrored) expected = flip_horizontally(expected);
    CAPTURE(i, task.input, task.scaled, task.kept, task.channels, task.mirrored);
    CHECK(same_pixels(run(resampler, image, task), expected));
  }
}

TEST_CASE("a part of the scaled picture needs a part of the rows and columns only") {
  Resampler resampler;
  const cv::Rect needed =
      resampler.prepare({{500, 375}, {341, 256}, {58, 16, 224, 224}, PilKernel::kBilinear, 3, false});
  CHECK(needed.width < 335);
  CHECK(needed.height < 335);
  CHECK(needed.x > 80);
  CHECK(needed.y > 20);
}

TEST_CASE("a reused resampler needs no more memory than for its largest picture") {
  Resampler resampler;
  const Image image = formula_picture({500, 375}, 3, 1);
  const ResampleTask task = {{500, 375}, {224, 224}, {0, 0, 224, 224}, PilKernel::kBicubic, 3, false};
  run(resampler, image, task);
  const std::size_t before = resampler.scratch_bytes();
  run(resampler, image(cv::Rect(0, 0, 90, 70)),
      {{90, 70}, {224, 224}, {0, 0, 224, 224}, PilKernel::kBilinear, 3, true});
  run(resampler, image, task);
  CHECK(resampler.scratch_bytes() == before);
  CHECK(before < std::size_t{1} << 20U);
}
