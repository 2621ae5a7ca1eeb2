#include "heap_meter.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

std::atomic<std::int64_t> held_bytes{0};
std::atomic<std::int64_t> most_bytes{0};

void* counted_allocation(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  const std::int64_t held = held_bytes += static_cast<std::int64_t>(malloc_usable_size(memory));
  most_bytes = std::max(most_bytes.load(), held);
  return memory;
}

void* allocation_or_null(std::size_t size) noexcept {
  try {
    return counted_allocation(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void counted_release(void* memory) {
  if (memory == nullptr) return;
  held_bytes -= static_cast<std::int64_t>(malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return counted_allocation(size); }
void* operator new[](std::size_t size) { return counted_allocation(size); }
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return allocation_or_null(size); }
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return allocation_or_null(size); }
void operator delete(void* memory) noexcept { counted_release(memory); }
void operator delete[](void* memory) noexcept { counted_release(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { counted_release(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { counted_release(memory); }

namespace topfive::tests {

HeapMeter::HeapMeter() : before_(held_bytes) { most_bytes = before_; }

std::int64_t HeapMeter::peak_bytes() const { return most_bytes - before_; }

}  // namespace topfive::tests
