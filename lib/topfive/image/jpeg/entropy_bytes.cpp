#include "topfive/image/jpeg/entropy_bytes.h"

#include <algorithm>
#include <cstring>

namespace topfive::image::jpeg {
namespace {

constexpr std::size_t kReadAhead = sizeof(std::uint64_t);  // of a reader's next byte over its bits
constexpr std::uint8_t kMarker = 0xff;
constexpr std::uint8_t kFirstRestart = 0xd0;

}  // namespace

EntropyBytes::EntropyBytes(Unstuff unstuff) : unstuff_(unstuff), buffer_(kCapacity + kLookAhead + kUnstuffStep) {}

BitReader EntropyBytes::begin(const std::uint8_t* raw, const std::uint8_t* raw_end) {
  raw_ = raw;
  raw_end_ = raw_end;
  filled_ = 0;
  fill();
  BitReader bits{0, 0, buffer_.data()};
  bits.refill();
  return bits;
}

BitReader EntropyBytes::begin_at(const std::uint8_t* raw, std::uint32_t bit, const std::uint8_t* raw_end) {
  BitReader bits = begin(raw, raw_end);
  bits.skip(bit);
  return bits;
}

std::uint64_t EntropyBytes::raw_bit(const BitReader& bits, const std::uint8_t* raw) const {
  const auto position = static_cast<std::uint64_t>(bits.position(buffer_.data()));
  // What is left in the buffer was taken from as many bytes, and a stuffed one for each FF.
  const std::uint8_t* const left = buffer_.data() + position / 8;
  const std::uint8_t* const end = buffer_.data() + filled_;
  const std::ptrdiff_t taken = end - left + std::count(left, end, kMarker);
  return static_cast<std::uint64_t>(raw_ - taken - raw) * 8 + position % 8;
}

void EntropyBytes::fill() {
  filled_ += unstuff_(raw_, raw_end_, buffer_.data() + filled_, kCapacity - filled_);
  ended_ = filled_ + kUnstuffStep <= kCapacity;
  if (ended_) {
    std::fill_n(buffer_.data() + filled_, kLookAhead, std::uint8_t{0});
    limit_ = buffer_.data() + filled_ + kReadAhead;
  } else {
    limit_ = buffer_.data() + filled_ - kLookAhead;
  }
}

bool EntropyBytes::advance(BitReader& bits) {
  if (ended_) return false;
  // The window looks back over the bytes that it holds.
  const auto next = static_cast<std::size_t>(bits.next - buffer_.data());
  const std::size_t passed = next - std::min(next, kReadAhead);
  filled_ -= passed;
  std::memmove(buffer_.data(), buffer_.data() + passed, filled_);
  bits.next -= passed;
  fill();
  return true;
}

bool EntropyBytes::at_marker(BitReader& bits, std::uint8_t marker) {
  advance(bits);
  const std::int64_t rest = filled_bits() - bits.position(buffer_.data());
  return ended_ && rest >= 0 && rest < 8 && raw_end_ - raw_ >= 2 && raw_[0] == kMarker && raw_[1] == marker;
}

bool EntropyBytes::begin_next(BitReader& bits, int number) {
  if (!at_marker(bits, static_cast<std::uint8_t>(kFirstRestart + number))) return false;
  bits = begin(raw_ + 2, raw_end_);
  return true;
}

}  // namespace topfive::image::jpeg
