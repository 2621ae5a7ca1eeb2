#include "topfive/weights/strided_read.h"

#include <cstring>

namespace topfive::weights {
namespace {

// Steps of dimensions of size one do not matter.
bool is_row_major(const StridedPlace& place) {
  std::int64_t expected = 1;
  for (std::size_t i = place.shape.size(); i-- > 0;) {
    if (place.shape[i] != 1 && place.strides[i] != expected) return false;
    expected *= place.shape[i];
  }
  return true;
}

std::uint64_t spanned_bytes(const StridedPlace& place) {
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < place.shape.size(); ++i) {
    last += static_cast<std::uint64_t>(place.shape[i] - 1) * static_cast<std::uint64_t>(place.strides[i]);
  }
  return (last + 1) * place.element_bytes;
}

// Moves to the next element in row-major order and returns its position in the span.
std::uint64_t advance(const StridedPlace& place, std::vector<std::int64_t>& index, std::uint64_t position) {
  for (std::size_t i = index.size(); i-- > 0;) {
    const auto stride = static_cast<std::uint64_t>(place.strides[i]);
    if (++index[i] < place.shape[i]) return position + stride;
    position -= static_cast<std::uint64_t>(place.shape[i] - 1) * stride;
    index[i] = 0;
  }
  return position;
}

}  // namespace

void read_strided(const InputFile& file, const StridedPlace& place, std::span<std::byte> out) {
  if (out.empty()) return;
  if (is_row_major(place)) {
    file.read_at(place.begin, out);
    return;
  }
  std::vector<std::byte> span(static_cast<std::size_t>(spanned_bytes(place)));
  file.read_at(place.begin, span);
  std::vector<std::int64_t> index(place.shape.size(), 0);
  std::uint64_t position = 0;
  for (std::size_t done = 0; done < out.size(); done += place.element_bytes) {
    std::memcpy(out.data() + done, span.data() + position * place.element_bytes, place.element_bytes);
    position = advance(place, index, position);
  }
}

}  // namespace topfive::weights
