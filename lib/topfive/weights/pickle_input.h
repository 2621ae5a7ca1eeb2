// The bytes of a pickle, read from a part of a file through a small buffer.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "topfive/weights/input_file.h"

namespace topfive::weights {

// Every read throws UserError(kBadData) at the end of the part: a pickle ends with its own mark before that.
class PickleInput {
 public:
  // `part` stands for the place in messages: "model.pth: data.pkl".
  PickleInput(const InputFile& file, std::string part, std::uint64_t begin, std::uint64_t end);

  std::uint8_t byte();
  std::uint64_t little_endian(int bytes);  // up to 8
  double big_endian_double();
  // Exactly `length` bytes, at most kMaxPickleText.
  std::string text(std::uint64_t length);
  // Up to the next line feed, without it.
  std::string line();

  std::uint64_t position() const { return buffer_begin_ + next_; }  // in the file
  std::uint64_t consumed() const { return position() - begin_; }
  [[noreturn]] void fail(const std::string& what) const;

 private:
  void refill();

  const InputFile& file_;
  std::string part_;
  std::uint64_t begin_;
  std::uint64_t end_;
  std::uint64_t buffer_begin_;
  std::size_t next_ = 0;
  std::size_t filled_ = 0;
  std::array<std::byte, 1U << 16> buffer_{};
};

inline constexpr std::uint64_t kMaxPickleText = 1U << 20;

}  // namespace topfive::weights
