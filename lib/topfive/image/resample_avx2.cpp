// AVX2: two taps of a lane in one multiply-and-add of 16-bit numbers.
//
// A weight of 22 bits is w = high * 2^11 + low with both parts in 16 bits, so two such instructions replace two 32-bit
// multiplications. The horizontal pass handles three channels only, two outputs at a time, one in each half of a
// vector.
#include <algorithm>
#include <array>

#include "topfive/image/resample_passes.h"
#include "topfive/image/row_groups.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define TOPFIVE_HAS_AVX2_PASSES
#include <immintrin.h>
#endif

namespace topfive::image {

#ifdef TOPFIVE_HAS_AVX2_PASSES

namespace {

#define TOPFIVE_AVX2 __attribute__((target("avx2")))

constexpr int kLanes = 8;         // 32-bit lanes of a vector
constexpr int kRowsPerGroup = 2;  // packed as halves of a lane
constexpr int kTapsPerVector = 4;
constexpr int kChannels = 3;
constexpr int kLowBits = 11;

// The parts of two weights, each a pair of 16-bit numbers.
struct WeightParts {
  std::uint32_t low = 0;
  std::uint32_t high = 0;

  void set(int tap, std::int32_t weight) {
    low |= static_cast<std::uint32_t>(weight & ((1 << kLowBits) - 1)) << 16 * tap;
    high |= (static_cast<std::uint32_t>(weight >> kLowBits) & 0xffffU) << 16 * tap;
  }
};

// Four taps of two outputs: weights for the pixels (0, 1) and (2, 3), the low parts, then the high ones. The first four
// lanes belong to one output, the other four to the next.
struct TapVector {
  std::array<std::uint32_t, kLanes> low01;
  std::array<std::uint32_t, kLanes> high01;
  std::array<std::uint32_t, kLanes> low23;
  std::array<std::uint32_t, kLanes> high23;
};

struct HorizontalTask {
  const std::uint8_t* row;
  const std::int32_t* offsets;  // byte offset into the row, one an output
  const TapVector* weights;     // for each pair of outputs as many as `vectors` says
  const std::int32_t* vectors;
  int pairs;
  int phase;  // of the row in its group
};

TOPFIVE_AVX2 inline __m256i load(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }

// Both parts put together, rounded, and clipped to a byte.
TOPFIVE_AVX2 inline __m256i combine(__m256i low, __m256i high) {
  __m256i sum =
      _mm256_add_epi32(_mm256_add_epi32(_mm256_slli_epi32(high, kLowBits), low), _mm256_set1_epi32(kWeightHalf));
  sum = _mm256_max_epi32(_mm256_srai_epi32(sum, kWeightBits), _mm256_setzero_si256());
  return _mm256_min_epi32(sum, _mm256_set1_epi32(255));
}

// Twelve bytes of four pixels at each of two places, one in each half.
TOPFIVE_AVX2 inline __m256i load_pixels(const std::uint8_t* first, const std::uint8_t* second) {
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(first));
  const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(second));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

TOPFIVE_AVX2 void horizontal(const HorizontalTask& task, std::uint32_t* lanes) {
  constexpr char kZero = static_cast<char>(0x80);
  // Pixels 0 and 1, then 2 and 3, of each channel as pairs of 16-bit numbers; the fourth lane stays empty.
  const __m256i pixels01 = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, kZero, 3, kZero, 1, kZero, 4, kZero, 2, kZero, 5, kZero, kZero, kZero, kZero, kZero));
  const __m256i pixels23 = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(6, kZero, 9, kZero, 7, kZero, 10, kZero, 8, kZero, 11, kZero, kZero, kZero, kZero, kZero));
  const __m256i close_gap = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
  const __m256i six_lanes = _mm256_setr_epi32(-1, -1, -1, -1, -1, -1, 0, 0);
  const __m128i shift = _mm_cvtsi32_si128(16 * task.phase);
  const __m256i keep = task.phase == 0 ? _mm256_setzero_si256() : _mm256_set1_epi32(-1);
  const TapVector* weights = task.weights;
  // Stores reach two lanes into the next pair and leave there what was. A load that begins inside a store which is
  // still on its way would wait for it, so each pair's lanes are loaded before the pair in front of it is stored.
  __m256i before = load(lanes);
  for (int pair = 0; pair < task.pairs; ++pair, lanes += 2 * kChannels) {
    const std::uint8_t* first = task.row + task.offsets[2 * pair];
    const std::uint8_t* second = task.row + task.offsets[2 * pair + 1];
    __m256i low = _mm256_setzero_si256();
    __m256i high = low;
    for (int v = 0; v < task.vectors[pair]; ++v, ++weights) {
      const int step = v * kTapsPerVector * kChannels;
      const __m256i pixels = load_pixels(first + step, second + step);
      const __m256i taps01 = _mm256_shuffle_epi8(pixels, pixels01);
      const __m256i taps23 = _mm256_shuffle_epi8(pixels, pixels23);
      low = _mm256_add_epi32(low, _mm256_madd_epi16(taps01, load(&weights->low01)));
      high = _mm256_add_epi32(high, _mm256_madd_epi16(taps01, load(&weights->high01)));
      low = _mm256_add_epi32(low, _mm256_madd_epi16(taps23, load(&weights->low23)));
      high = _mm256_add_epi32(high, _mm256_madd_epi16(taps23, load(&weights->high23)));
    }
    const __m256i values = _mm256_permutevar8x32_epi32(combine(low, high), close_gap);
    const __m256i shifted = _mm256_sll_epi32(_mm256_and_si256(values, six_lanes), shift);
    const __m256i next_before = load(lanes + 2 * kChannels);
    const __m256i packed = _mm256_or_si256(_mm256_and_si256(before, keep), shifted);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes), packed);
    before = next_before;
  }
}

// Four vectors of lanes at once, so that a weight is spread over a vector once for all of them. Lanes beyond the last
// are there, as groups are rounded up.
TOPFIVE_AVX2 inline __m256i filter_block(const GroupedTaps<WeightParts>& taps, int lane) {
  __m256i low[4] = {};
  __m256i high[4] = {};
  for (int g = 0; g < taps.count; ++g) {
    const __m256i low_weights = _mm256_set1_epi32(static_cast<int>(taps.weights[g].low));
    const __m256i high_weights = _mm256_set1_epi32(static_cast<int>(taps.weights[g].high));
    for (int v = 0; v < 4; ++v) {
      const __m256i rows = load(taps.groups[g] + lane + v * kLanes);
      low[v] = _mm256_add_epi32(low[v], _mm256_madd_epi16(rows, low_weights));
      high[v] = _mm256_add_epi32(high[v], _mm256_madd_epi16(rows, high_weights));
    }
  }
  const __m256i first = _mm256_packus_epi32(combine(low[0], high[0]), combine(low[1], high[1]));
  const __m256i second = _mm256_packus_epi32(combine(low[2], high[2]), combine(low[3], high[3]));
  const __m256i in_order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  return _mm256_permutevar8x32_epi32(_mm256_packus_epi16(first, second), in_order);
}

TOPFIVE_AVX2 void vertical(const GroupedTaps<WeightParts>& taps, int lanes, std::uint8_t* out) {
  constexpr int kBlock = 4 * kLanes;
  int lane = 0;
  for (; lane + kBlock <= lanes; lane += kBlock) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + lane), filter_block(taps, lane));
  }
  if (lane == lanes) return;
  alignas(32) std::array<std::uint8_t, kBlock> bytes;
  _mm256_store_si256(reinterpret_cast<__m256i*>(bytes.data()), filter_block(taps, lane));
  std::copy_n(bytes.begin(), lanes - lane, out + lane);
}

class Avx2Passes final : public ResamplePasses {
 public:
  Avx2Passes() : other_channels_(make_scalar_passes()) {}

  void prepare(const AxisWeights& columns, const AxisWeights& rows, int channels) override {
    channels_ = channels;
    if (channels != kChannels) {
      other_channels_->prepare(columns, rows, channels);
      return;
    }
    lanes_ = columns.size() * channels;
    rows_.prepare(rows, lanes_);
    prepare_columns(columns);
  }

  void add_row(const std::uint8_t* row, int y) override {
    if (channels_ != kChannels) {
      other_channels_->add_row(row, y);
      return;
    }
    task_.row = row;
    task_.phase = rows_.phase_of_row(y);
    horizontal(task_, rows_.group_of_row(y));
  }

  void write_row(int y, std::uint8_t* out) override {
    if (channels_ != kChannels) {
      other_channels_->write_row(y, out);
      return;
    }
    vertical(rows_.taps(y), lanes_, out);
  }

  const char* name() const override { return "avx2"; }
  std::size_t scratch_bytes() const override {
    return other_channels_->scratch_bytes() + rows_.bytes() + sizeof(TapVector) * weights_.capacity() +
           sizeof(std::int32_t) * (offsets_.capacity() + vectors_.capacity());
  }

 private:
  void prepare_columns(const AxisWeights& columns) {
    task_.pairs = (columns.size() + 1) / 2;
    offsets_.assign(2 * static_cast<std::size_t>(task_.pairs), 0);
    vectors_.resize(static_cast<std::size_t>(task_.pairs));
    weights_.clear();
    for (int pair = 0; pair < task_.pairs; ++pair) prepare_pair(columns, pair);
    task_.offsets = offsets_.data();
    task_.vectors = vectors_.data();
    task_.weights = weights_.data();
  }

  // Where the number of outputs is odd, the last one's partner has zero weights, and reads the pixels that it reads.
  void prepare_pair(const AxisWeights& columns, int pair) {
    const int outputs = std::min(2, columns.size() - 2 * pair);
    int most_taps = 0;
    for (int i = 0; i < outputs; ++i) most_taps = std::max(most_taps, columns.taps(2 * pair + i).count);
    const int vectors = (most_taps + kTapsPerVector - 1) / kTapsPerVector;
    vectors_[static_cast<std::size_t>(pair)] = vectors;
    const std::size_t begin = weights_.size();
    weights_.resize(begin + static_cast<std::size_t>(vectors), TapVector{});
    for (int i = 0; i < 2; ++i) {
      const int x = 2 * pair + std::min(i, outputs - 1);
      // At the right edge the taps of both end with the row; the one with fewer begins with zero weights there, so that
      // no load reaches far beyond the row.
      const int first = columns.taps(x).first;
      const int begins_at = std::max(0, std::min(first, columns.needed_count() - vectors * kTapsPerVector));
      offsets_[2 * static_cast<std::size_t>(pair) + static_cast<std::size_t>(i)] = begins_at * kChannels;
      if (i < outputs) fill_weights(columns, x, {i, first - begins_at}, &weights_[begin]);
    }
  }

  struct Place {
    int half;   // of the vectors
    int first;  // position of the first tap
  };
  static void fill_weights(const AxisWeights& columns, int x, Place place, TapVector* vectors) {
    for (int i = 0; i < columns.taps(x).count; ++i) {
      const int position = place.first + i;
      TapVector& vector = vectors[position / kTapsPerVector];
      WeightParts parts;
      parts.set(position % 2, columns.weights(x)[i]);
      auto& low = position % kTapsPerVector < 2 ? vector.low01 : vector.low23;
      auto& high = position % kTapsPerVector < 2 ? vector.high01 : vector.high23;
      for (std::size_t c = 0; c < kChannels; ++c) {
        low[static_cast<std::size_t>(place.half) * 4 + c] |= parts.low;
        high[static_cast<std::size_t>(place.half) * 4 + c] |= parts.high;
      }
    }
  }

  std::unique_ptr<ResamplePasses> other_channels_;
  int channels_ = kChannels;
  int lanes_ = 0;
  HorizontalTask task_{};
  RowTable<WeightParts, kRowsPerGroup> rows_;
  std::vector<std::int32_t> offsets_;
  std::vector<std::int32_t> vectors_;
  AlignedVector<TapVector> weights_;
};

}  // namespace

std::unique_ptr<ResamplePasses> make_avx2_passes() {
  if (!__builtin_cpu_supports("avx2")) return nullptr;
  return std::make_unique<Avx2Passes>();
}

#else

std::unique_ptr<ResamplePasses> make_avx2_passes() { return nullptr; }

#endif

}  // namespace topfive::image
