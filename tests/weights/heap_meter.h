// How much memory the C++ heap of this test program holds. The program's operator new counts; it is the same for every
// compiler and sanitizer, unlike the resident memory of the process.
#pragma once

#include <cstdint>

namespace topfive::tests {

// The most bytes that were held at once since this was made, less what was held then.
class HeapMeter {
 public:
  HeapMeter();
  std::int64_t peak_bytes() const;

 private:
  std::int64_t before_;
};

}  // namespace topfive::tests
