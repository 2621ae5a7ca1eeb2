// AVX-512 with VBMI and VNNI: four taps of a lane in one dot product of unsigned pixels and signed 8-bit weight parts.
//
// A weight of 22 bits is w = w2 * 2^16 + w1 * 2^8 + w0 with every part in [-128, 127], so three dot products replace
// four 32-bit multiplications. The horizontal pass gathers the pixels of several outputs by one byte permutation of one
// load: outputs of a block lie close together, as their distance is the scale.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "topfive/image/resample_passes.h"
#include "topfive/image/row_groups.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define TOPFIVE_HAS_AVX512_PASSES
#include <immintrin.h>
#endif

namespace topfive::image {

#ifdef TOPFIVE_HAS_AVX512_PASSES

namespace {

#define TOPFIVE_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")))

constexpr int kLanes = 16;        // 32-bit lanes of a vector
constexpr int kRowsPerGroup = 4;  // packed as bytes of a lane
constexpr int kTapsPerVector = 4;
constexpr int kParts = 3;

// The parts of up to four weights, one byte each.
struct WeightParts {
  std::array<std::uint32_t, kParts> parts{};

  // A byte of weight + 0x808080, less 128, is a part; flipping its highest bit subtracts 128.
  void set(int tap, std::int32_t weight) {
    const std::uint32_t biased = static_cast<std::uint32_t>(weight + 0x808080) ^ 0x808080U;
    for (unsigned part = 0; part < kParts; ++part) parts[part] |= (biased >> 8 * part & 0xffU) << 8 * tap;
  }
};

struct HorizontalTask {
  const std::uint8_t* row;
  const std::int32_t* bases;     // byte offset into the row, one a block
  const std::uint32_t* indices;  // kLanes a block: the bytes that the permutation gathers, relative to the base
  const std::uint32_t* weights;  // kLanes a block, vector of taps and part
  const std::int32_t* vectors;   // of four taps each, one count a block
  int blocks;
  int tap_step;  // bytes from one vector of taps to the next
  int lanes_a_block;
  int phase;  // of the row in its group
};

TOPFIVE_AVX512 inline __m512i combine(__m512i low, __m512i middle, __m512i high) {
  const __m512i half = _mm512_set1_epi32(kWeightHalf);
  __m512i sum = _mm512_add_epi32(_mm512_slli_epi32(high, 16), _mm512_slli_epi32(middle, 8));
  sum = _mm512_add_epi32(_mm512_add_epi32(sum, low), half);
  sum = _mm512_max_epi32(_mm512_srai_epi32(sum, kWeightBits), _mm512_setzero_si512());
  return _mm512_min_epi32(sum, _mm512_set1_epi32(255));
}

// Every block gets a whole vector of lanes, of which the first lanes_a_block count.
TOPFIVE_AVX512 void horizontal(const HorizontalTask& task, std::uint32_t* lanes) {
  const auto shift = _mm_cvtsi32_si128(8 * task.phase);
  const __m512i keep = task.phase == 0 ? _mm512_setzero_si512() : _mm512_set1_epi32(-1);
  const std::uint32_t* weights = task.weights;
  for (int block = 0; block < task.blocks; ++block, lanes += kLanes) {
    const __m512i index = _mm512_load_si512(task.indices + block * kLanes);
    const std::uint8_t* pixels = task.row + task.bases[block];
    __m512i low = _mm512_setzero_si512();
    __m512i middle = low;
    __m512i high = low;
    for (int vector = 0; vector < task.vectors[block]; ++vector, pixels += task.tap_step, weights += kParts * kLanes) {
      const __m512i taps = _mm512_permutexvar_epi8(index, _mm512_loadu_si512(pixels));
      low = _mm512_dpbusd_epi32(low, taps, _mm512_load_si512(weights));
      middle = _mm512_dpbusd_epi32(middle, taps, _mm512_load_si512(weights + kLanes));
      high = _mm512_dpbusd_epi32(high, taps, _mm512_load_si512(weights + 2 * kLanes));
    }
    const __m512i values = _mm512_sll_epi32(combine(low, middle, high), shift);
    const __m512i before = _mm512_and_si512(_mm512_load_si512(lanes), keep);
    _mm512_store_si512(lanes, _mm512_or_si512(before, values));
  }
}

struct Layout {
  int blocks;
  int lanes_a_block;
  int bytes;  // of an output row
};

// A block's unused lanes are written too, and overwritten by the next block.
TOPFIVE_AVX512 void vertical(const GroupedTaps<WeightParts>& taps, const Layout& layout, std::uint8_t* out) {
  int left = layout.bytes;
  for (int block = 0; block < layout.blocks; ++block, left -= layout.lanes_a_block, out += layout.lanes_a_block) {
    __m512i low = _mm512_setzero_si512();
    __m512i middle = low;
    __m512i high = low;
    for (int g = 0; g < taps.count; ++g) {
      const __m512i rows = _mm512_load_si512(taps.groups[g] + block * kLanes);
      const auto& parts = taps.weights[g].parts;
      low = _mm512_dpbusd_epi32(low, rows, _mm512_set1_epi32(static_cast<int>(parts[0])));
      middle = _mm512_dpbusd_epi32(middle, rows, _mm512_set1_epi32(static_cast<int>(parts[1])));
      high = _mm512_dpbusd_epi32(high, rows, _mm512_set1_epi32(static_cast<int>(parts[2])));
    }
    const __m128i bytes = _mm512_cvtepi32_epi8(combine(low, middle, high));
    if (left >= kLanes) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
    } else {
      _mm_mask_storeu_epi8(out, static_cast<__mmask16>((1U << static_cast<unsigned>(left)) - 1U), bytes);
    }
  }
}

class Avx512Passes final : public ResamplePasses {
 public:
  void prepare(const AxisWeights& columns, const AxisWeights& rows, int channels) override {
    prepare_blocks(columns, channels);
    row_bytes_ = columns.size() * channels;
    rows_.prepare(rows, task_.blocks * kLanes);
    prepare_columns(columns, channels);
  }

  void add_row(const std::uint8_t* row, int y) override {
    task_.row = row;
    task_.phase = rows_.phase_of_row(y);
    horizontal(task_, rows_.group_of_row(y));
  }

  void write_row(int y, std::uint8_t* out) override {
    vertical(rows_.taps(y), {task_.blocks, task_.lanes_a_block, row_bytes_}, out);
  }

  const char* name() const override { return "avx512"; }
  std::size_t scratch_bytes() const override {
    const std::size_t numbers = indices_.capacity() + weights_.capacity() + bases_.capacity() + vectors_.capacity();
    return rows_.bytes() + sizeof(std::uint32_t) * numbers;
  }

 private:
  // As many outputs a block as one load reaches: the last one's first tap and three more lie in the 64 bytes from the
  // first one's on.
  void prepare_blocks(const AxisWeights& columns, int channels) {
    outputs_a_block_ = kLanes / channels;
    while (outputs_a_block_ > 1 && !blocks_fit(columns, channels)) outputs_a_block_ /= 2;
    task_.blocks = (columns.size() + outputs_a_block_ - 1) / outputs_a_block_;
    task_.tap_step = kTapsPerVector * channels;
    task_.lanes_a_block = outputs_a_block_ * channels;
  }
  bool blocks_fit(const AxisWeights& columns, int channels) const {
    for (int begin = 0; begin < columns.size(); begin += outputs_a_block_) {
      const int last = std::min(begin + outputs_a_block_, columns.size()) - 1;
      const int distance = std::abs(columns.taps(last).first - columns.taps(begin).first);
      if ((distance + kTapsPerVector) * channels > 64) return false;
    }
    return true;
  }

  void prepare_columns(const AxisWeights& columns, int channels) {
    const auto blocks = static_cast<std::size_t>(task_.blocks);
    bases_.resize(blocks);
    vectors_.resize(blocks);
    indices_.assign(blocks * kLanes, 0);
    weights_.clear();
    for (std::size_t block = 0; block < blocks; ++block) prepare_block(columns, channels, block);
    task_.bases = bases_.data();
    task_.vectors = vectors_.data();
    task_.indices = indices_.data();
    task_.weights = weights_.data();
  }

  void prepare_block(const AxisWeights& columns, int channels, std::size_t block) {
    const int begin = static_cast<int>(block) * outputs_a_block_;
    const int end = std::min(begin + outputs_a_block_, columns.size());
    const int base = std::min(columns.taps(begin).first, columns.taps(end - 1).first);
    int most_taps = 0;
    for (int x = begin; x < end; ++x) most_taps = std::max(most_taps, columns.taps(x).count);
    bases_[block] = base * channels;
    vectors_[block] = (most_taps + kTapsPerVector - 1) / kTapsPerVector;
    const std::size_t weights_begin = weights_.size();
    weights_.resize(weights_begin + static_cast<std::size_t>(vectors_[block]) * kParts * kLanes, 0);
    for (int x = begin; x < end; ++x) {
      const std::size_t lane = static_cast<std::size_t>(x - begin) * static_cast<std::size_t>(channels);
      const int offset = (columns.taps(x).first - base) * channels;
      fill_indices(&indices_[block * kLanes + lane], offset, channels);
      fill_weights(columns, x, channels, &weights_[weights_begin + lane]);
    }
  }

  // Byte k of lane c: the pixel of tap k in channel c.
  static void fill_indices(std::uint32_t* lanes, int offset, int channels) {
    const auto step = static_cast<std::uint32_t>(channels);
    const std::uint32_t taps = step << 8U | (2 * step) << 16U | (3 * step) << 24U;
    for (int c = 0; c < channels; ++c) lanes[c] = taps + 0x01010101U * static_cast<std::uint32_t>(offset + c);
  }

  // Vectors beyond an output's own taps keep the zeros that are there.
  static void fill_weights(const AxisWeights& columns, int x, int channels, std::uint32_t* lanes) {
    const std::int32_t* weights = columns.weights(x);
    const int count = columns.taps(x).count;
    for (int begin = 0; begin < count; begin += kTapsPerVector) {
      WeightParts four;
      for (int tap = 0; tap < std::min(kTapsPerVector, count - begin); ++tap) four.set(tap, weights[begin + tap]);
      for (const std::uint32_t part : four.parts) {
        for (int c = 0; c < channels; ++c) lanes[c] = part;
        lanes += kLanes;
      }
    }
  }

  int row_bytes_ = 0;
  int outputs_a_block_ = 1;
  HorizontalTask task_{};
  RowTable<WeightParts, kRowsPerGroup> rows_;
  std::vector<std::int32_t> bases_;
  std::vector<std::int32_t> vectors_;
  AlignedVector<std::uint32_t> indices_;
  AlignedVector<std::uint32_t> weights_;
};

}  // namespace

std::unique_ptr<ResamplePasses> make_avx512_passes() {
  const bool runs = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
                    __builtin_cpu_supports("avx512vnni");
  if (!runs) return nullptr;
  return std::make_unique<Avx512Passes>();
}

#else

std::unique_ptr<ResamplePasses> make_avx512_passes() { return nullptr; }

#endif

}  // namespace topfive::image
