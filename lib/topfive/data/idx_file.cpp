#include "topfive/data/idx_file.h"

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/data/gzip.h"
#include "topfive/data/printable.h"

namespace topfive::data {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{2} << 30U;
constexpr std::uint32_t kUnsignedBytes = 0x08;  // the type code in the magic number
// Deflate cannot pack better than 1032 to 1 (zlib's technical notes): a header that promises more
// is a lie, found out before any memory is taken for it.
constexpr std::uint64_t kMaxGzipRatio = 1032;

[[noreturn]] void fail(const std::string& name, const std::string& what) {
  throw base::UserError(base::ExitCode::kBadData, name + ": " + what);
}

std::uint32_t big_endian(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8U | std::to_integer<std::uint32_t>(bytes[at + i]);
  }
  return value;
}

std::size_t header_bytes(int rank) { return 4 + 4 * static_cast<std::size_t>(rank); }

void check_magic(std::uint32_t magic, int rank, const std::string& name) {
  const std::uint32_t expected = kUnsignedBytes << 8U | static_cast<std::uint32_t>(rank);
  if (magic == expected) return;
  fail(name, "not an IDX file of unsigned bytes with " + std::to_string(rank) + " dimension(s): the magic number is " +
                 std::to_string(magic) + ", expected " + std::to_string(expected));
}

std::vector<std::int64_t> parse_header(std::span<const std::byte> header, int rank, const std::string& name) {
  check_magic(big_endian(header, 0), rank, name);
  std::vector<std::int64_t> dimensions;
  std::uint64_t values = 1;
  for (int d = 0; d < rank; ++d) {
    const std::uint32_t extent = big_endian(header, 4 + 4 * static_cast<std::size_t>(d));
    if (extent == 0) fail(name, "dimension " + std::to_string(d + 1) + " is 0: no samples");
    values *= extent;  // at most 2^31 * 2^32 before the check, so this cannot overflow
    if (values > kMaxBytes) fail(name, "the header promises more than 2 GiB");
    dimensions.push_back(extent);
  }
  return dimensions;
}

std::uint64_t count(const std::vector<std::int64_t>& dimensions) {
  std::uint64_t values = 1;
  for (const std::int64_t extent : dimensions) values *= static_cast<std::uint64_t>(extent);
  return values;
}

IdxFile parse_plain(std::vector<std::byte> bytes, int rank, const std::string& name) {
  const std::size_t header = header_bytes(rank);
  if (bytes.size() < header) fail(name, "shorter than an IDX header; download the file again");
  IdxFile file;
  file.dimensions = parse_header(std::span(bytes).first(header), rank, name);
  const std::uint64_t expected = header + count(file.dimensions);
  if (bytes.size() != expected) {
    fail(name, "has " + std::to_string(bytes.size()) + " bytes, but its header says " + std::to_string(expected) +
                   "; download the file again");
  }
  file.storage = std::move(bytes);
  file.values_at = header;
  return file;
}

IdxFile parse_gzip(std::span<const std::byte> compressed, int rank, const std::string& name) {
  GzipReader reader(compressed, name);
  std::vector<std::byte> header(header_bytes(rank));
  reader.read(header);
  IdxFile file;
  file.dimensions = parse_header(header, rank, name);
  const std::uint64_t values = count(file.dimensions);
  if (values > compressed.size() * kMaxGzipRatio) {
    fail(name, "the header promises more than the file can hold; download the file again");
  }
  file.storage.resize(values);
  reader.read(file.storage);
  reader.expect_end();
  return file;
}

}  // namespace

IdxFile read_idx_file(const std::filesystem::path& path, int rank) {
  std::vector<std::byte> bytes;
  base::read_binary_file(path, kMaxBytes + header_bytes(rank), bytes);
  const std::string name = printable(path.string());
  if (path.extension() == ".gz") return parse_gzip(bytes, rank, name);
  return parse_plain(std::move(bytes), rank, name);
}

}  // namespace topfive::data
