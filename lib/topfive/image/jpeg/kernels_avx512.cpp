// AVX-512 with VBMI2: four blocks a vector, stuffing removed by one compression of 64 bytes.
#include <bit>

#include "topfive/image/jpeg/kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define TOPFIVE_HAS_AVX512_KERNELS
#include <immintrin.h>

#define TOPFIVE_TARGET \
  __attribute__((target("bmi,bmi2,lzcnt,movbe,avx2,avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")))
#include "topfive/image/jpeg/combine_singles.h"
#include "topfive/image/jpeg/read_units.h"
#include "topfive/image/jpeg/skip_two.h"
#include "topfive/image/jpeg/transform_blocks.h"
#include "topfive/image/jpeg/unstuff_bytes.h"
#include "topfive/image/jpeg/upsample.h"
#include "topfive/image/jpeg/vector_lanes.h"
#endif

namespace topfive::image::jpeg {

#ifdef TOPFIVE_HAS_AVX512_KERNELS

namespace {

// 64 bytes at a time. A byte behind FF is dropped if it is zero; anything else there is a marker and ends the loop.
TOPFIVE_TARGET std::size_t unstuff_compressing(const std::uint8_t*& raw, const std::uint8_t* raw_end, std::uint8_t* out,
                                               std::size_t capacity) {
  constexpr std::ptrdiff_t kStep = sizeof(__m512i);
  std::uint8_t* const begin = out;
  const std::uint8_t* const end = out + capacity;
  const __m512i marker = _mm512_set1_epi8(-1);
  // One byte more than the step, so that an FF at the end of the step has its next byte.
  while (end - out >= 2 * kStep && raw_end - raw > kStep) {
    const __m512i bytes = _mm512_loadu_si512(raw);
    const std::uint64_t markers = _mm512_cmpeq_epi8_mask(bytes, marker);
    const std::uint64_t zeros = _mm512_testn_epi8_mask(bytes, bytes);
    const std::uint64_t behind = markers << 1U;
    if ((behind & ~zeros) != 0 || (markers >> 63U) != 0) {
      if (!unstuff_few(raw, raw_end, out, kStep / 2)) return static_cast<std::size_t>(out - begin);
      continue;
    }
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(~behind, bytes));
    out += kStep - std::popcount(behind);
    raw += kStep;
  }
  return static_cast<std::size_t>(out - begin) + unstuff_bytes(raw, raw_end, out, static_cast<std::size_t>(end - out));
}

struct Avx512Vectors {
  static constexpr int kBlocks = 4;
  using Register = __m512i;

  TOPFIVE_TARGET static TOPFIVE_INLINE Register set16(int value) {
    return _mm512_set1_epi16(static_cast<short>(value));
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register set32(int value) { return _mm512_set1_epi32(value); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register add16(Register a, Register b) { return _mm512_add_epi16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register sub16(Register a, Register b) { return _mm512_sub_epi16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register mullo16(Register a, Register b) { return _mm512_mullo_epi16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register mulhi16(Register a, Register b) { return _mm512_mulhi_epi16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register madd16(Register a, Register b) { return _mm512_madd_epi16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register add32(Register a, Register b) { return _mm512_add_epi32(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register sub32(Register a, Register b) { return _mm512_sub_epi32(a, b); }
  template <int kShift>
  TOPFIVE_TARGET static TOPFIVE_INLINE Register srai16(Register a) {
    return _mm512_srai_epi16(a, kShift);
  }
  template <int kShift>
  TOPFIVE_TARGET static TOPFIVE_INLINE Register srai32(Register a) {
    return _mm512_srai_epi32(a, kShift);
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register packs16(Register a, Register b) { return _mm512_packs_epi16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register packs32(Register a, Register b) { return _mm512_packs_epi32(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register unpacklo8(Register a, Register b) { return _mm512_unpacklo_epi8(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register unpackhi8(Register a, Register b) { return _mm512_unpackhi_epi8(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register unpacklo16(Register a, Register b) {
    return _mm512_unpacklo_epi16(a, b);
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register unpackhi16(Register a, Register b) {
    return _mm512_unpackhi_epi16(a, b);
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register unpacklo32(Register a, Register b) {
    return _mm512_unpacklo_epi32(a, b);
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register unpackhi32(Register a, Register b) {
    return _mm512_unpackhi_epi32(a, b);
  }

  // Rows 0 to 3 of a block are one vector, rows 4 to 7 the next; the parts of four blocks change places.
  TOPFIVE_TARGET static TOPFIVE_INLINE void load(const std::int16_t* blocks, std::array<Register, 8>& rows) {
    load_half(blocks, rows.data());
    load_half(blocks + kBlockSize / 2, rows.data() + 4);
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE void load_half(const std::int16_t* blocks, Register* rows) {
    const __m512i a = _mm512_loadu_si512(blocks);
    const __m512i b = _mm512_loadu_si512(blocks + kBlockSize);
    const __m512i c = _mm512_loadu_si512(blocks + 2 * kBlockSize);
    const __m512i d = _mm512_loadu_si512(blocks + 3 * kBlockSize);
    const __m512i ab_low = _mm512_shuffle_i64x2(a, b, 0x44);
    const __m512i ab_high = _mm512_shuffle_i64x2(a, b, 0xee);
    const __m512i cd_low = _mm512_shuffle_i64x2(c, d, 0x44);
    const __m512i cd_high = _mm512_shuffle_i64x2(c, d, 0xee);
    rows[0] = _mm512_shuffle_i64x2(ab_low, cd_low, 0x88);
    rows[1] = _mm512_shuffle_i64x2(ab_low, cd_low, 0xdd);
    rows[2] = _mm512_shuffle_i64x2(ab_high, cd_high, 0x88);
    rows[3] = _mm512_shuffle_i64x2(ab_high, cd_high, 0xdd);
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Register broadcast(const std::int16_t* row) {
    return _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row)));
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE bool any_large(Register a) {
    // The absolute value of the lowest number is 32768 without a sign.
    return _mm512_cmpgt_epu16_mask(_mm512_abs_epi16(a), _mm512_set1_epi16(kLargeCoefficient)) != 0;
  }
  // A pixel's samples in 16 bits each.
  TOPFIVE_TARGET static TOPFIVE_INLINE Register load_bytes(const std::uint8_t* samples) {
    return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(samples)));
  }
  // Two rows of samples, 128 added.
  TOPFIVE_TARGET static TOPFIVE_INLINE void store_two(__m512i rows, std::uint8_t* out, std::size_t stride) {
    const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    const __m512i samples = _mm512_permutexvar_epi64(order, _mm512_xor_si512(rows, _mm512_set1_epi8(-128)));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm512_castsi512_si256(samples));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + stride), _mm512_extracti64x4_epi64(samples, 1));
  }
};

// Index into red and green (64 bytes: 32 of each) and blue of the bytes of a vector of pixels.
struct PixelOrder {
  alignas(64) std::array<std::uint8_t, 64> first{};
  alignas(64) std::array<std::uint8_t, 64> second{};
};
constexpr PixelOrder make_pixel_order() {
  PixelOrder order;
  for (std::size_t i = 0; i < 96; ++i) {
    const auto index = static_cast<std::uint8_t>(i % 3 * 32 + i / 3);
    if (i < 64) {
      order.first[i] = index;
    } else {
      order.second[i - 64] = index;
    }
  }
  return order;
}

TOPFIVE_TARGET TOPFIVE_INLINE __m256i to_bytes(__m512i values) {
  return _mm512_cvtusepi16_epi8(_mm512_max_epi16(values, _mm512_setzero_si512()));
}

// Writes whole vectors: up to kSampleSlack bytes behind the row.
TOPFIVE_TARGET void to_rgb(const ColourRows& rows, int count, std::uint8_t* rgb) {
  static constexpr PixelOrder kOrder = make_pixel_order();
  const __m512i first = _mm512_load_si512(kOrder.first.data());
  const __m512i second = _mm512_load_si512(kOrder.second.data());
  for (int i = 0; i < count; i += 32, rgb += 96) {
    const Pixels<Avx512Vectors> pixels = convert<Avx512Vectors>(rows, i);
    const __m512i red_green =
        _mm512_inserti64x4(_mm512_castsi256_si512(to_bytes(pixels.red)), to_bytes(pixels.green), 1);
    const __m512i blue = _mm512_castsi256_si512(to_bytes(pixels.blue));
    _mm512_storeu_si512(rgb, _mm512_permutex2var_epi8(red_green, first, blue));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(rgb + 64),
                        _mm512_castsi512_si256(_mm512_permutex2var_epi8(red_green, second, blue)));
  }
}

}  // namespace

const Kernels* avx512_kernels() {
  static constexpr Kernels kKernels{"AVX-512",    combine_singles, unstuff_compressing,
                                    read_units,   skip_two,        transform_blocks_with<VectorLanes<Avx512Vectors>>,
                                    upsample_row, upsample_rows,   blend_rows,
                                    to_rgb};
  static const bool kRuns = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
                            __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2");
  return kRuns ? &kKernels : nullptr;
}

#else

const Kernels* avx512_kernels() { return nullptr; }

#endif

}  // namespace topfive::image::jpeg
