// Walks a tar archive in place and says where its files lie.
//
// Reads POSIX ustar, pax (path and size) and GNU tar (long names, large sizes), as POSIX.1-2001 ("pax", "ustar
// Interchange Format") and the GNU tar manual ("Basic Tar Format") define them. Nothing is ever extracted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "topfive/data/byte_source.h"

namespace topfive::data {

// A regular file in the archive. The name is as stored, any byte but NUL, without a leading "./".
struct TarMember {
  std::string name;
  std::uint64_t offset = 0;  // of its first byte in the ByteSource
  std::uint64_t size = 0;
};

// One thread. Errors are UserError(kBadData): archive, offset, reason, next step. Memory is bounded whatever the
// archive says: names to 4 KiB, pax headers to 1 MiB.
class TarReader {
 public:
  // The archive fills the part [begin, begin + size) of the bytes, which it borrows: a tar may lie in another tar.
  TarReader(const ByteSource& bytes, std::uint64_t begin, std::uint64_t size);
  explicit TarReader(const ByteSource& bytes) : TarReader(bytes, 0, bytes.size()) {}

  // The next regular file; directories, links and devices are passed over. Empty behind the archive's end mark. An
  // archive without an end mark is cut off, which is an error, as is a sparse file.
  std::optional<TarMember> next();
  // A small member's bytes.
  std::string content(const TarMember& member, std::size_t max_bytes);

 private:
  struct Header;
  struct Override {  // what extension headers say about the member that follows them
    std::optional<std::string> name;
    std::optional<std::uint64_t> size;
  };

  [[noreturn]] void fail(std::uint64_t offset, const std::string& what) const;
  // Bytes of the archive, from a small window that is read ahead.
  std::span<const std::byte> bytes_at(std::uint64_t offset, std::size_t count);
  std::optional<Header> read_header();
  bool is_end_mark(std::span<const std::byte> block);
  std::string extension_text(const Header& header, std::size_t max_bytes);
  void read_pax(const Header& header, bool global, Override& override);
  void apply_pax(const Header& header, const std::string& key, const std::string& value, Override& override) const;
  bool read_extension(const Header& header, Override& override);
  void skip_data(const Header& header, std::uint64_t size);
  TarMember member_of(const Header& header, const Override& override) const;

  const ByteSource& bytes_;
  std::uint64_t position_;
  std::uint64_t end_;
  std::uint64_t window_begin_ = 0;
  std::vector<std::byte> window_;
};

}  // namespace topfive::data
