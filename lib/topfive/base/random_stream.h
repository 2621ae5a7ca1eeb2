// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011), and the stream of one sample built on it.
//
// A sample's stream depends on (seed, epoch, sample id) alone, and on the number of its copy where an epoch has
// several. Threads, ranks, batch size and the point of a resume therefore never change an augmentation.
#pragma once

#include <array>
#include <cstdint>

namespace topfive::base {

// One application of the bijection; exposed so that the published test vectors can be checked.
std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

// Not thread-safe: one stream belongs to one sample on one thread. Cheap to construct; no heap.
class RandomStream {
 public:
  // seed and epoch are the key (the low 32 bits of each count), sample_id is the high half of the
  // counter. `copy` tells streams of one sample apart: it is added where the count of blocks would carry to after 2^32
  // of them.
  RandomStream(std::uint64_t seed, std::uint64_t epoch, std::uint64_t sample_id, std::uint32_t copy = 0);

  std::uint32_t next_u32();
  double uniform();                         // [0, 1), 53 random bits
  double uniform(double low, double high);  // [low, high)
  std::uint64_t below(std::uint64_t n);     // {0, ..., n - 1} without bias; n > 0
  double normal();                          // N(0, 1), Box-Muller, the second value is kept for the next call

 private:
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;  // words of block_ already handed out
  double spare_normal_ = 0.0;
  bool has_spare_normal_ = false;
};

}  // namespace topfive::base
