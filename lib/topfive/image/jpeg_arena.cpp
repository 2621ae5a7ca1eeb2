#include "topfive/image/jpeg_arena.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

// jerror.h needs the types of jpeglib.h.
#include <jerror.h>

namespace topfive::image {
namespace {

constexpr std::size_t kAlignment = 64;
// libjpeg-turbo's SIMD code reads and writes whole vectors, also beyond the samples of a row.
constexpr std::size_t kRowAlignment = 128;
constexpr std::size_t kFirstBlock = std::size_t{256} << 10U;

std::size_t round_up(std::size_t bytes, std::size_t to) { return (bytes + to - 1) / to * to; }

JpegArena& arena_of(j_common_ptr codec) { return *static_cast<JpegArena*>(codec->client_data); }

}  // namespace

JpegArena::~JpegArena() { release(); }

void JpegArena::install(jpeg_decompress_struct& codec) {
  original_free_pool_ = codec.mem->free_pool;
  codec.mem->alloc_small = alloc_small;
  codec.mem->alloc_large = alloc_large;
  codec.mem->alloc_sarray = alloc_rows;
  codec.mem->alloc_barray = alloc_blocks;
  codec.mem->free_pool = free_pool;
}

void JpegArena::forget_tables(jpeg_decompress_struct& codec) {
  std::fill(std::begin(codec.quant_tbl_ptrs), std::end(codec.quant_tbl_ptrs), nullptr);
  std::fill(std::begin(codec.dc_huff_tbl_ptrs), std::end(codec.dc_huff_tbl_ptrs), nullptr);
  std::fill(std::begin(codec.ac_huff_tbl_ptrs), std::end(codec.ac_huff_tbl_ptrs), nullptr);
}

void* JpegArena::alloc_small(j_common_ptr codec, int /*pool*/, std::size_t bytes) {
  return arena_of(codec).allocate(codec, bytes);
}

void* JpegArena::alloc_large(j_common_ptr codec, int /*pool*/, std::size_t bytes) {
  return arena_of(codec).allocate(codec, bytes);
}

JSAMPARRAY JpegArena::alloc_rows(j_common_ptr codec, int /*pool*/, JDIMENSION samples, JDIMENSION rows) {
  return arena_of(codec).allocate_rows<JSAMPLE>(codec, samples * sizeof(JSAMPLE), rows);
}

JBLOCKARRAY JpegArena::alloc_blocks(j_common_ptr codec, int /*pool*/, JDIMENSION blocks, JDIMENSION rows) {
  return arena_of(codec).allocate_rows<JBLOCK>(codec, blocks * sizeof(JBLOCK), rows);
}

void JpegArena::free_pool(j_common_ptr codec, int pool) {
  JpegArena& arena = arena_of(codec);
  arena.original_free_pool_(codec, pool);
  if (pool == JPOOL_IMAGE) arena.reset();
}

template <class Element>
Element** JpegArena::allocate_rows(j_common_ptr codec, std::size_t row_bytes, std::size_t rows) {
  auto** pointers = static_cast<Element**>(allocate(codec, rows * sizeof(Element*)));
  const std::size_t stride = round_up(row_bytes, kRowAlignment);
  auto* memory = static_cast<std::byte*>(allocate(codec, stride * rows + kRowAlignment));
  for (std::size_t row = 0; row < rows; ++row) pointers[row] = reinterpret_cast<Element*>(memory + row * stride);
  return pointers;
}

void* JpegArena::allocate(j_common_ptr codec, std::size_t bytes) {
  const std::size_t size = round_up(bytes, kAlignment);
  const bool fits = block_count_ > 0 && size <= blocks_[block_count_ - 1].size - used_;
  if (!fits && !add_block(size)) ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
  void* memory = blocks_[block_count_ - 1].memory + used_;
  used_ += size;
  return memory;
}

// Blocks grow, so that their number stays small whatever the picture.
bool JpegArena::add_block(std::size_t bytes) {
  if (block_count_ == kMostBlocks) return false;
  const std::size_t size = std::max({bytes, kFirstBlock, capacity_});
  auto* memory = static_cast<std::byte*>(std::aligned_alloc(kAlignment, size));
  if (memory == nullptr) return false;
  blocks_[block_count_++] = {memory, size};
  capacity_ += size;
  used_ = 0;
  return true;
}

// After the first few pictures one block holds all that a picture needs.
void JpegArena::reset() {
  used_ = 0;
  if (block_count_ <= 1 && capacity_ <= kMostKept) return;
  const std::size_t wanted = round_up(capacity_, kFirstBlock);
  release();
  if (wanted <= kMostKept) add_block(wanted);
}

void JpegArena::release() {
  for (std::size_t i = 0; i < block_count_; ++i) std::free(blocks_[i].memory);
  block_count_ = 0;
  capacity_ = 0;
  used_ = 0;
}

}  // namespace topfive::image
