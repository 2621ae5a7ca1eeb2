#include "topfive/image/resampler.h"

#include <cassert>

#include "topfive/image/resample_passes.h"

namespace topfive::image {

std::unique_ptr<ResamplePasses> make_fastest_passes() {
  if (auto passes = make_avx512_passes()) return passes;
  if (auto passes = make_avx2_passes()) return passes;
  return make_scalar_passes();
}

Resampler::Resampler() : Resampler(make_fastest_passes()) {}

Resampler::Resampler(std::unique_ptr<ResamplePasses> passes) : passes_(std::move(passes)) {}

Resampler::~Resampler() = default;

cv::Rect Resampler::prepare(const ResampleTask& task) {
  assert(!task.input.empty() && !task.kept.empty());
  assert((task.kept & cv::Rect(cv::Point(), task.scaled)) == task.kept);
  columns_.compute({task.input.width, task.scaled.width, task.kept.x, task.kept.width, task.mirrored}, task.kernel);
  rows_.compute({task.input.height, task.scaled.height, task.kept.y, task.kept.height, false}, task.kernel);
  passes_->prepare(columns_, rows_, task.channels);
  return {columns_.needed_begin(), rows_.needed_begin(), columns_.needed_count(), rows_.needed_count()};
}

void Resampler::run(RowSource& rows, std::uint8_t* out, std::size_t step) {
  int next = 0;
  for (int y = 0; y < rows_.size(); ++y, out += step) {
    const auto taps = rows_.taps(y);
    for (; next < taps.first + taps.count; ++next) passes_->add_row(rows.next_row(), next);
    passes_->write_row(y, out);
  }
}

const char* Resampler::instruction_set() const { return passes_->name(); }

std::size_t Resampler::scratch_bytes() const { return columns_.bytes() + rows_.bytes() + passes_->scratch_bytes(); }

}  // namespace topfive::image
