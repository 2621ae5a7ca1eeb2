// Reads a gzip stream from memory piece by piece, so that the caller decides how much of it may
// unfold.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

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
  // An error unless the content and the file end here and the stored checksum is right.
  void expect_end();

 private:
  struct State;
  [[noreturn]] void fail(const std::string& what) const;

  std::string name_;
  std::unique_ptr<State> state_;
};

}  // namespace topfive::data
