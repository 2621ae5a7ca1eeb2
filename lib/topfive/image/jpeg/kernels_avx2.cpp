// AVX2 with BMI2: two blocks a vector.
#include "topfive/image/jpeg/kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define TOPFIVE_HAS_AVX2_KERNELS
#include <immintrin.h>

#define TOPFIVE_TARGET __attribute__((target("bmi,bmi2,lzcnt,movbe,avx2")))
#include "topfive/image/jpeg/combine_singles.h"
#include "topfive/image/jpeg/read_units.h"
#include "topfive/image/jpeg/skip_two.h"
#include "topfive/image/jpeg/transform_blocks.h"
#include "topfive/image/jpeg/unstuff_bytes.h"
#include "topfive/image/jpeg/upsample.h"
#include "topfive/image/jpeg/vector_lanes.h"
#endif

namespace topfive::image::jpeg {

#ifdef TOPFIVE_HAS_AVX2_KERNELS

namespace {

constexpr std::ptrdiff_t kVector = sizeof(__m256i);

// Most vectors hold no FF and are copied as they are.
TOPFIVE_TARGET std::size_t unstuff_by_vectors(const std::uint8_t*& raw, const std::uint8_t* raw_end, std::uint8_t* out,
                                              std::size_t capacity) {
  std::uint8_t* const begin = out;
  const std::uint8_t* const end = out + capacity;
  const __m256i marker = _mm256_set1_epi8(-1);
  while (end - out >= static_cast<std::ptrdiff_t>(kUnstuffStep) && raw_end - raw >= kVector) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(raw));
    const auto markers = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, marker)));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), bytes);
    if (markers == 0) [[likely]] {  // so that the next vector need not wait for where the FF is
      raw += kVector;
      out += kVector;
      continue;
    }
    const auto before = static_cast<std::ptrdiff_t>(_tzcnt_u32(markers));
    raw += before;
    out += before;
    if (!unstuff_few(raw, raw_end, out, 1)) return static_cast<std::size_t>(out - begin);
  }
  return static_cast<std::size_t>(out - begin) + unstuff_bytes(raw, raw_end, out, static_cast<std::size_t>(end - out));
}

struct Avx2Vectors {
  static constexpr int kBlocks = 2;
  using Register = __m256i;

  TOPFIVE_TARGET static TOPFIVE_INLINE Register set16(int value) {
    return _mm256_set1_epi16(static_cast<short>(value));
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register set32(int value) { return _mm256_set1_epi32(value); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register add16(Register a, Register b) { return _mm256_add_epi16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register sub16(Register a, Register b) { return _mm256_sub_epi16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register mullo16(Register a, Register b) { return _mm256_mullo_epi16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register mulhi16(Register a, Register b) { return _mm256_mulhi_epi16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register madd16(Register a, Register b) { return _mm256_madd_epi16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register add32(Register a, Register b) { return _mm256_add_epi32(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register sub32(Register a, Register b) { return _mm256_sub_epi32(a, b); }
  template <int kShift>
  TOPFIVE_TARGET static TOPFIVE_INLINE Register srai16(Register a) {
    return _mm256_srai_epi16(a, kShift);
  }
  template <int kShift>
  TOPFIVE_TARGET static TOPFIVE_INLINE Register srai32(Register a) {
    return _mm256_srai_epi32(a, kShift);
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register packs16(Register a, Register b) { return _mm256_packs_epi16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register packs32(Register a, Register b) { return _mm256_packs_epi32(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register unpacklo8(Register a, Register b) { return _mm256_unpacklo_epi8(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register unpackhi8(Register a, Register b) { return _mm256_unpackhi_epi8(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register unpacklo16(Register a, Register b) {
    return _mm256_unpacklo_epi16(a, b);
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register unpackhi16(Register a, Register b) {
    return _mm256_unpackhi_epi16(a, b);
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register unpacklo32(Register a, Register b) {
    return _mm256_unpacklo_epi32(a, b);
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register unpackhi32(Register a, Register b) {
    return _mm256_unpackhi_epi32(a, b);
  }

  // Rows 2i and 2i + 1 of a block are one vector; the halves of two blocks change places.
  TOPFIVE_TARGET static TOPFIVE_INLINE void load(const std::int16_t* blocks, std::array<Register, 8>& rows) {
    for (std::size_t i = 0; i < 8; i += 2) {
      const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(blocks + 8 * i));
      const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(blocks + kBlockSize + 8 * i));
      rows[i] = _mm256_permute2x128_si256(a, b, 0x20);
      rows[i + 1] = _mm256_permute2x128_si256(a, b, 0x31);
    }
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register broadcast(const std::int16_t* row) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row)));
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE bool any_large(Register a) {
    const __m256i above = _mm256_cmpgt_epi16(a, _mm256_set1_epi16(kLargeCoefficient));
    const __m256i below = _mm256_cmpgt_epi16(_mm256_set1_epi16(-kLargeCoefficient), a);
    return _mm256_testz_si256(_mm256_or_si256(above, below), _mm256_set1_epi16(-1)) == 0;
  }
  // A pixel's samples in 16 bits each.
  TOPFIVE_TARGET static TOPFIVE_INLINE Register load_bytes(const std::uint8_t* samples) {
    return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(samples)));
  }
  // Two rows of samples, 128 added.
  TOPFIVE_TARGET static TOPFIVE_INLINE void store_two(__m256i rows, std::uint8_t* out, std::size_t stride) {
    const __m256i samples = _mm256_permute4x64_epi64(_mm256_xor_si256(rows, _mm256_set1_epi8(-128)), 0xd8);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(samples));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + stride), _mm256_extracti128_si256(samples, 1));
  }
};

// Where the bytes of 16 pixels go, twice: for each of three vectors, the index into each colour, or 128 for another
// colour's.
struct PixelOrder {
  alignas(32) std::array<std::array<std::array<std::uint8_t, 32>, 3>, 3> vectors{};
};
constexpr PixelOrder make_pixel_order() {
  PixelOrder order;
  for (std::size_t i = 0; i < 48; ++i) {
    for (std::size_t colour = 0; colour < 3; ++colour) {
      const auto from = static_cast<std::uint8_t>(i % 3 == colour ? i / 3 : 128);
      order.vectors[i / 16][colour][i % 16] = order.vectors[i / 16][colour][16 + i % 16] = from;
    }
  }
  return order;
}

// 32 pixels of two vectors, in their order.
TOPFIVE_TARGET TOPFIVE_INLINE __m256i to_bytes(__m256i first, __m256i second) {
  return _mm256_permute4x64_epi64(_mm256_packus_epi16(first, second), 0xd8);
}

TOPFIVE_TARGET TOPFIVE_INLINE __m256i moved(__m256i colour, const std::array<std::uint8_t, 32>& order) {
  return _mm256_shuffle_epi8(colour, _mm256_load_si256(reinterpret_cast<const __m256i*>(order.data())));
}

// Writes whole vectors: up to kSampleSlack bytes behind the row.
TOPFIVE_TARGET void to_rgb(const ColourRows& rows, int count, std::uint8_t* rgb) {
  static constexpr PixelOrder kOrder = make_pixel_order();
  for (int i = 0; i < count; i += 32, rgb += 96) {
    const Pixels<Avx2Vectors> first = convert<Avx2Vectors>(rows, i);
    const Pixels<Avx2Vectors> second = convert<Avx2Vectors>(rows, i + 16);
    const __m256i red = to_bytes(first.red, second.red);
    const __m256i green = to_bytes(first.green, second.green);
    const __m256i blue = to_bytes(first.blue, second.blue);
    for (std::size_t v = 0; v < 3; ++v) {
      const auto& order = kOrder.vectors[v];
      const __m256i bytes =
          _mm256_or_si256(_mm256_or_si256(moved(red, order[0]), moved(green, order[1])), moved(blue, order[2]));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(rgb + 16 * v), _mm256_castsi256_si128(bytes));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(rgb + 48 + 16 * v), _mm256_extracti128_si256(bytes, 1));
    }
  }
}

}  // namespace

const Kernels* avx2_kernels() {
  static constexpr Kernels kKernels{"AVX2",       combine_singles, unstuff_by_vectors,
                                    read_units,   skip_two,        transform_blocks_with<VectorLanes<Avx2Vectors>>,
                                    upsample_row, upsample_rows,   blend_rows,
                                    to_rgb};
  static const bool kRuns = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
  return kRuns ? &kKernels : nullptr;
}

#else

const Kernels* avx2_kernels() { return nullptr; }

#endif

}  // namespace topfive::image::jpeg
