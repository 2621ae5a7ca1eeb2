// Memory for libjpeg's tables and row buffers that is kept from picture to picture, while nothing in it is.
//
// libjpeg asks for some thirty pieces a picture and gives all of them back at its end. With its own allocator that is
// as many calls of malloc() for each picture and thread; here the pieces are cut from blocks that stay.
#pragma once

#include <array>
#include <cstddef>
#include <cstdio>

#include <jpeglib.h>

namespace topfive::image {

// Belongs to one decompressor of one thread. Functions that libjpeg calls never throw: they run inside C frames.
class JpegArena {
 public:
  JpegArena() = default;
  ~JpegArena();
  JpegArena(const JpegArena&) = delete;
  JpegArena& operator=(const JpegArena&) = delete;

  // Takes over all that libjpeg asks for from now on, except the coefficients of progressive files. Call it once, after
  // jpeg_create_decompress() and the first jpeg_mem_src(); codec.client_data must point to this object. Everything
  // lives as long as one picture, also the quantisation and Huffman tables, which libjpeg would keep for a next file
  // that lacks them: a picture must never depend on the one before it.
  void install(jpeg_decompress_struct& codec);
  // Forgets those tables; before each picture.
  static void forget_tables(jpeg_decompress_struct& codec);

  std::size_t bytes() const { return capacity_; }

 private:
  // Hooks of libjpeg's memory manager; see its jmemmgr.c for what each has to give.
  static void* alloc_small(j_common_ptr codec, int pool, std::size_t bytes);
  static void* alloc_large(j_common_ptr codec, int pool, std::size_t bytes);
  static JSAMPARRAY alloc_rows(j_common_ptr codec, int pool, JDIMENSION samples, JDIMENSION rows);
  static JBLOCKARRAY alloc_blocks(j_common_ptr codec, int pool, JDIMENSION blocks, JDIMENSION rows);
  static void free_pool(j_common_ptr codec, int pool);

  void* allocate(j_common_ptr codec, std::size_t bytes);
  // Rows of `row_bytes` each, one behind the other, and the array of pointers to them.
  template <class Element>
  Element** allocate_rows(j_common_ptr codec, std::size_t row_bytes, std::size_t rows);
  bool add_block(std::size_t bytes);
  void reset();
  void release();

  struct Block {
    std::byte* memory = nullptr;
    std::size_t size = 0;
  };
  // A picture that needs more than this is rare; its memory is given back after it.
  static constexpr std::size_t kMostKept = std::size_t{4} << 20U;
  static constexpr std::size_t kMostBlocks = 64;

  std::array<Block, kMostBlocks> blocks_{};
  std::size_t block_count_ = 0;
  std::size_t used_ = 0;  // of the last block
  std::size_t capacity_ = 0;
  void (*original_free_pool_)(j_common_ptr codec, int pool) = nullptr;
};

}  // namespace topfive::image
