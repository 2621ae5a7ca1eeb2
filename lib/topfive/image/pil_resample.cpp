#include "topfive/image/pil_resample.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

// One more copy of the hot loops for processors with AVX2, chosen when the program starts. All
// arithmetic is on integers, so the copies agree to the bit. Sanitizers do not support the
// mechanism.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define TOPFIVE_SIMD_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define TOPFIVE_SIMD_CLONES
#endif

namespace topfive::image {
namespace {

constexpr int kFractionBits = 22;
constexpr std::int32_t kHalf = 1 << (kFractionBits - 1);

double bilinear(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double bicubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * kA;
  return 0.0;
}

// For each output position along one axis: the input positions it reads, and their weights.
class AxisWeights {
 public:
  AxisWeights(int input, int output, PilKernel kernel)
      : scale_(static_cast<double>(input) / output),
        stretch_(std::max(scale_, 1.0)),
        support_((kernel == PilKernel::kBilinear ? 1.0 : 2.0) * stretch_),
        stride_(static_cast<std::size_t>(std::ceil(support_)) * 2 + 1),
        taps_(static_cast<std::size_t>(output)),
        weights_(taps_.size() * stride_) {
    std::vector<double> values(stride_);
    for (std::size_t i = 0; i < taps_.size(); ++i) {
      taps_[i] = fill(static_cast<double>(i), input, kernel, values);
      taps_[i].weights = &weights_[i * stride_];
      to_fixed_point(values, taps_[i].count, &weights_[i * stride_]);
    }
  }
  AxisWeights(const AxisWeights&) = delete;
  AxisWeights& operator=(const AxisWeights&) = delete;

  struct Taps {
    int first = 0;
    int count = 0;
    const std::int32_t* weights = nullptr;
  };
  const std::vector<Taps>& taps() const { return taps_; }
  std::size_t most_taps() const { return stride_; }

 private:
  // Writes the normalised weights of one output position.
  Taps fill(double position, int input, PilKernel kernel, std::vector<double>& values) const {
    const double centre = (position + 0.5) * scale_;
    const int first = std::max(static_cast<int>(centre - support_ + 0.5), 0);
    const int count = std::min(static_cast<int>(centre + support_ + 0.5), input) - first;
    double sum = 0.0;
    for (int i = 0; i < count; ++i) {
      const double x = (i + first - centre + 0.5) * (1.0 / stretch_);
      double& value = values[static_cast<std::size_t>(i)];
      value = kernel == PilKernel::kBilinear ? bilinear(x) : bicubic(x);
      sum += value;
    }
    for (int i = 0; i < count && sum != 0.0; ++i) values[static_cast<std::size_t>(i)] /= sum;
    return {first, count, nullptr};
  }

  static void to_fixed_point(const std::vector<double>& values, int count, std::int32_t* weights) {
    for (int i = 0; i < count; ++i) {
      const double scaled = values[static_cast<std::size_t>(i)] * (1 << kFractionBits);
      weights[i] = static_cast<std::int32_t>(scaled < 0.0 ? scaled - 0.5 : scaled + 0.5);
    }
  }

  double scale_;
  double stretch_;
  double support_;
  std::size_t stride_;
  std::vector<Taps> taps_;
  std::vector<std::int32_t> weights_;
};

using Taps = AxisWeights::Taps;

std::uint8_t to_byte(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kFractionBits, 0, 255)); }

TOPFIVE_SIMD_CLONES
void filter_grey_row(const std::uint8_t* row, const Taps* taps, int width, std::uint8_t* out) {
  for (int x = 0; x < width; ++x) {
    const std::uint8_t* pixel = row + taps[x].first;
    std::int32_t sum = kHalf;
    for (int i = 0; i < taps[x].count; ++i) sum += pixel[i] * taps[x].weights[i];
    out[x] = to_byte(sum);
  }
}

// The three channels and one byte more are handled as one vector of four, so `row` needs a byte
// after its end.
TOPFIVE_SIMD_CLONES
void filter_rgb_row(const std::uint8_t* row, const Taps* taps, int width, std::uint8_t* out) {
  using Bytes = std::uint8_t __attribute__((vector_size(4)));
  using Lanes = std::int32_t __attribute__((vector_size(16)));
  for (int x = 0; x < width; ++x, out += 3) {
    const std::uint8_t* pixel = row + std::ptrdiff_t{3} * taps[x].first;
    Lanes sum = {kHalf, kHalf, kHalf, kHalf};
    for (int i = 0; i < taps[x].count; ++i, pixel += 3) {
      Bytes bytes;
      std::memcpy(&bytes, pixel, sizeof(bytes));
      sum += __builtin_convertvector(bytes, Lanes) * taps[x].weights[i];
    }
    for (int c = 0; c < 3; ++c) out[c] = to_byte(sum[c]);
  }
}

TOPFIVE_SIMD_CLONES
void add_weighted(const std::uint8_t* row, std::int32_t weight, std::size_t count, std::int32_t* sums) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += row[i] * weight;
}

TOPFIVE_SIMD_CLONES
void store_bytes(const std::int32_t* sums, std::size_t count, std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = to_byte(sums[i]);
}

// Streams the input once from top to bottom. Filtered rows wait in a ring that holds as many as one
// output row reads, so memory does not grow with the height of the input.
class RowFilter {
 public:
  RowFilter(const Image& image, const AxisWeights& columns, std::size_t ring_rows)
      : image_(image),
        columns_(columns),
        row_bytes_(columns.taps().size() * image.elemSize()),
        ring_rows_(ring_rows),
        ring_(row_bytes_ * ring_rows),
        input_row_(static_cast<std::size_t>(image.cols) * image.elemSize() + 1) {}

  // Row y of the input after the horizontal pass. Valid for the last `ring_rows` rows that were
  // asked for.
  const std::uint8_t* row(int y) {
    for (; next_ <= y; ++next_) filter(next_);
    return slot(y);
  }
  std::size_t row_bytes() const { return row_bytes_; }

 private:
  std::uint8_t* slot(int y) { return &ring_[static_cast<std::size_t>(y) % ring_rows_ * row_bytes_]; }
  void filter(int y) {
    const auto* row = image_.ptr<std::uint8_t>(y);
    const int width = static_cast<int>(columns_.taps().size());
    if (width == image_.cols) {  // Pillow skips the pass
      std::memcpy(slot(y), row, row_bytes_);
    } else if (image_.channels() == 1) {
      filter_grey_row(row, columns_.taps().data(), width, slot(y));
    } else {
      std::memcpy(input_row_.data(), row, input_row_.size() - 1);
      filter_rgb_row(input_row_.data(), columns_.taps().data(), width, slot(y));
    }
  }

  const Image& image_;
  const AxisWeights& columns_;
  std::size_t row_bytes_;
  std::size_t ring_rows_;
  std::vector<std::uint8_t> ring_;
  std::vector<std::uint8_t> input_row_;
  int next_ = 0;
};

}  // namespace

Image pil_resample(const Image& image, cv::Size size, PilKernel kernel) {
  assert(image.type() == CV_8UC1 || image.type() == CV_8UC3);
  const AxisWeights columns(image.cols, size.width, kernel);
  const AxisWeights rows(image.rows, size.height, kernel);
  RowFilter filtered(image, columns, rows.most_taps());
  std::vector<std::int32_t> sums(filtered.row_bytes());
  Image result(size, image.type());
  for (int y = 0; y < size.height; ++y) {
    const Taps& taps = rows.taps()[static_cast<std::size_t>(y)];
    std::fill(sums.begin(), sums.end(), kHalf);
    for (int i = 0; i < taps.count; ++i) {
      add_weighted(filtered.row(taps.first + i), taps.weights[i], sums.size(), sums.data());
    }
    store_bytes(sums.data(), sums.size(), result.ptr<std::uint8_t>(y));
  }
  return result;
}

}  // namespace topfive::image
