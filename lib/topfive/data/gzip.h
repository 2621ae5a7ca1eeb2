// Reads a gzip stream from memory piece by piece, so that the caller decides how much of it may
// unfold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace topfive::data {

// Borrows the bytes. All errors are UserError(kBadData) that begin with `name`. Not thread-safe.
class GzipReader {
 public:
  GzipReader(std::span<const std::byte> compressed, std::string name);
  ~GzipReader();
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  // Fills `out`; an error where the stream is corrupt or ends too early.
  void read(std::span<std::byte> out);
  // Fills `out` as far as the content goes and says how far.
  std::size_t read_some(std::span<std::byte> out);
  // An error unless the content and the file end here and the stored checksum is right.
  void expect_end();

 private:
  struct State;
  [[noreturn]] void fail(const std::string& what) const;

  std::string name_;
  std::unique_ptr<State> state_;
};

// The whole content, of which nothing is known but that it must not exceed `max_bytes`. UserError(kBadData) where it
// does or where the stream is damaged; `name` is for messages.
std::vector<std::byte> unfold_gzip(std::span<const std::byte> compressed, const std::string& name,
                                   std::uint64_t max_bytes);

}  // namespace topfive::data
