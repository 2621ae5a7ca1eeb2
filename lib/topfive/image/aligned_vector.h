// A vector whose first element begins a cache line, so that whole-vector loads of a table never straddle two.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace topfive::image {

template <class Value>
struct CacheLineAllocator {
  using value_type = Value;
  static constexpr std::align_val_t kCacheLine{64};

  CacheLineAllocator() = default;
  template <class Other>
  CacheLineAllocator(const CacheLineAllocator<Other>&) {}  // NOLINT(google-explicit-constructor): as allocators are

  Value* allocate(std::size_t count) { return static_cast<Value*>(::operator new(count * sizeof(Value), kCacheLine)); }
  void deallocate(Value* memory, std::size_t) { ::operator delete(memory, kCacheLine); }
  friend bool operator==(const CacheLineAllocator&, const CacheLineAllocator&) { return true; }
};

template <class Value>
using AlignedVector = std::vector<Value, CacheLineAllocator<Value>>;

}  // namespace topfive::image
