#include <algorithm>

#include "topfive/image/resample_passes.h"
#include "topfive/image/row_groups.h"

namespace topfive::image {
namespace {

std::uint8_t to_byte(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255)); }

class ScalarPasses final : public ResamplePasses {
 public:
  void prepare(const AxisWeights& columns, const AxisWeights& rows, int channels) override {
    columns_ = &columns;
    rows_ = &rows;
    channels_ = channels;
    groups_.prepare(columns.size() * channels, 1, rows.most_taps());
  }

  void add_row(const std::uint8_t* row, int y) override {
    std::uint32_t* lane = groups_.group(y);
    for (int x = 0; x < columns_->size(); ++x) {
      const auto taps = columns_->taps(x);
      const std::int32_t* weights = columns_->weights(x);
      for (int c = 0; c < channels_; ++c) {
        std::int32_t sum = kWeightHalf;
        for (int i = 0; i < taps.count; ++i) sum += weights[i] * row[(taps.first + i) * channels_ + c];
        *lane++ = to_byte(sum);
      }
    }
  }

  void write_row(int y, std::uint8_t* out) override {
    const auto taps = rows_->taps(y);
    const std::int32_t* weights = rows_->weights(y);
    for (int lane = 0; lane < columns_->size() * channels_; ++lane) {
      std::int32_t sum = kWeightHalf;
      for (int i = 0; i < taps.count; ++i) {
        sum += weights[i] * static_cast<std::int32_t>(groups_.group(taps.first + i)[lane]);
      }
      out[lane] = to_byte(sum);
    }
  }

  const char* name() const override { return "scalar"; }
  std::size_t scratch_bytes() const override { return groups_.bytes(); }

 private:
  const AxisWeights* columns_ = nullptr;
  const AxisWeights* rows_ = nullptr;
  int channels_ = 3;
  RowGroups groups_;
};

}  // namespace

std::unique_ptr<ResamplePasses> make_scalar_passes() { return std::make_unique<ScalarPasses>(); }

}  // namespace topfive::image
