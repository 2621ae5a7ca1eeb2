#include "topfive/weights/pickle_input.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "topfive/base/error.h"

namespace topfive::weights {

PickleInput::PickleInput(const InputFile& file, std::string part, std::uint64_t begin, std::uint64_t end)
    : file_(file), part_(std::move(part)), begin_(begin), end_(end), buffer_begin_(begin) {}

void PickleInput::fail(const std::string& what) const {
  throw base::UserError(base::ExitCode::kBadData,
                        part_ + ", byte " + std::to_string(consumed()) + ": " + what +
                            "; save the weights again in Python: torch.save(model.state_dict(), path)");
}

void PickleInput::refill() {
  buffer_begin_ += filled_;
  next_ = 0;
  filled_ = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), end_ - buffer_begin_));
  if (filled_ == 0) fail("ends in the middle of its data");
  file_.read_at(buffer_begin_, std::span(buffer_).first(filled_));
}

std::uint8_t PickleInput::byte() {
  if (next_ == filled_) refill();
  return static_cast<std::uint8_t>(buffer_[next_++]);
}

std::uint64_t PickleInput::little_endian(int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= std::uint64_t{byte()} << (8 * i);
  return value;
}

double PickleInput::big_endian_double() {
  std::uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) bits = bits << 8 | byte();
  return std::bit_cast<double>(bits);
}

std::string PickleInput::text(std::uint64_t length) {
  if (length > kMaxPickleText || length > end_ - position()) {
    fail("a text of " + std::to_string(length) + " bytes, more than there are or than the limit of 1 MiB");
  }
  std::string result(static_cast<std::size_t>(length), '\0');
  for (char& c : result) c = static_cast<char>(byte());
  return result;
}

std::string PickleInput::line() {
  constexpr std::size_t kLongest = 512;
  std::string result;
  for (std::uint8_t c = byte(); c != '\n'; c = byte()) {
    if (result.size() == kLongest) fail("a name of more than 512 bytes");
    result += static_cast<char>(c);
  }
  return result;
}

}  // namespace topfive::weights
