// Bytes that can be read at any place: a file, a part of a file, or memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace topfive::data {

// Immutable; all functions are thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual const std::string& name() const = 0;  // for messages, already printable
  virtual std::uint64_t size() const = 0;
  // Fills `out` from `offset` on and says how many bytes there were: fewer only at the end. UserError(kIo).
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) const = 0;
};

// Borrows the bytes.
class MemoryBytes final : public ByteSource {
 public:
  MemoryBytes(std::span<const std::byte> bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}

  const std::string& name() const override { return name_; }
  std::uint64_t size() const override { return bytes_.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset >= bytes_.size()) return 0;
    const auto rest = bytes_.subspan(static_cast<std::size_t>(offset));
    const std::size_t count = std::min(rest.size(), out.size());
    std::copy_n(rest.begin(), count, out.begin());
    return count;
  }

 private:
  std::span<const std::byte> bytes_;
  std::string name_;
};

}  // namespace topfive::data
