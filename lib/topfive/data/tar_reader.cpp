#include "topfive/data/tar_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

#include "topfive/base/error.h"
#include "topfive/base/text.h"
#include "topfive/data/tar_format.h"

namespace topfive::data {
namespace {

constexpr std::size_t kWindowBytes = 4096;
constexpr std::size_t kMaxNameBytes = 4096;
constexpr std::size_t kMaxPaxBytes = std::size_t{1} << 20U;

bool is_zero(std::span<const std::byte> block) {
  return std::all_of(block.begin(), block.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

// The whole text as a decimal number below 2^63.
std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value >> 63U != 0) return std::nullopt;
  return value;
}

// Only POSIX's own format has the prefix; GNU keeps times in its place.
std::string header_name(TarHeaderBytes block) {
  std::string name = tar_text(block, tar_field::kName);
  if (tar_text(block, tar_field::kMagic) != "ustar") return name;
  const std::string prefix = tar_text(block, tar_field::kPrefix);
  return prefix.empty() ? name : prefix + "/" + name;
}

}  // namespace

struct TarReader::Header {
  std::uint64_t offset = 0;  // of the block
  std::uint64_t data = 0;    // of what follows it
  std::string name;
  std::uint64_t size = 0;
  char type = '0';
};

TarReader::TarReader(const ByteSource& bytes, std::uint64_t begin, std::uint64_t size)
    : bytes_(bytes), position_(begin), end_(begin + size) {}

void TarReader::fail(std::uint64_t offset, const std::string& what) const {
  throw base::UserError(base::ExitCode::kBadData, bytes_.name() + ": at byte " +
                                                      base::with_thousands(static_cast<long long>(offset)) + ": " +
                                                      what + "; the archive is damaged or cut off: copy it again");
}

std::span<const std::byte> TarReader::bytes_at(std::uint64_t offset, std::size_t count) {
  if (offset > end_ || count > end_ - offset) fail(offset, "the archive ends in the middle of a file or header");
  const bool inside = offset >= window_begin_ && offset - window_begin_ <= window_.size() &&
                      window_.size() - static_cast<std::size_t>(offset - window_begin_) >= count;
  if (!inside) {
    window_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(end_ - offset, std::max(count, kWindowBytes))));
    window_.resize(bytes_.read_at(offset, window_));
    window_begin_ = offset;
    if (window_.size() < count) fail(offset, "the file has become shorter while it was read");
  }
  return std::span<const std::byte>(window_).subspan(static_cast<std::size_t>(offset - window_begin_), count);
}

// Two blocks of zeros; some programs write one, at the very end of the file.
bool TarReader::is_end_mark(std::span<const std::byte> block) {
  if (!is_zero(block)) return false;
  const std::uint64_t behind = position_ + kTarBlock;
  const auto rest = static_cast<std::size_t>(std::min<std::uint64_t>(kTarBlock, end_ - behind));
  if (rest > 0 && !is_zero(bytes_at(behind, rest))) fail(position_, "a block of zeros in the place of a header");
  return true;
}

std::optional<TarReader::Header> TarReader::read_header() {
  if (position_ >= end_) fail(position_, "the archive has no end mark");
  const auto block = bytes_at(position_, kTarBlock).first<kTarBlock>();
  if (is_end_mark(block)) return std::nullopt;
  const auto header_bytes = bytes_at(position_, kTarBlock).first<kTarBlock>();  // the window may have moved
  if (!tar_checksum_holds(header_bytes)) fail(position_, "this is no tar header (its checksum is wrong)");
  const auto size = tar_number(header_bytes, tar_field::kSize);
  if (!size) fail(position_, "the header's size is no number");
  Header header;
  header.offset = position_;
  header.data = position_ + kTarBlock;
  header.name = header_name(header_bytes);
  header.size = *size;
  header.type = static_cast<char>(std::to_integer<unsigned char>(header_bytes[tar_field::kType.begin]));
  return header;
}

void TarReader::skip_data(const Header& header, std::uint64_t size) {
  const std::uint64_t rest = end_ - header.data;
  if (size > rest || tar_padding(size) > rest - size) {
    fail(header.offset, "a file of " + base::with_thousands(static_cast<long long>(size)) +
                            " bytes begins here, but only " + base::with_thousands(static_cast<long long>(rest)) +
                            " follow");
  }
  position_ = header.data + size + tar_padding(size);
}

std::string TarReader::extension_text(const Header& header, std::size_t max_bytes) {
  if (header.size > max_bytes)
    fail(header.offset, "an extension header of more than " + std::to_string(max_bytes) + " bytes");
  const auto bytes = bytes_at(header.data, static_cast<std::size_t>(header.size));
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  skip_data(header, header.size);
  return text;
}

void TarReader::apply_pax(const Header& header, const std::string& key, const std::string& value,
                          Override& override) const {
  if (key.starts_with("GNU.sparse."))
    fail(header.offset, "sparse files are not supported; write the archive without --sparse");
  if (key == "path") override.name = value;
  if (key == "size") {
    override.size = decimal(value);
    if (!override.size) fail(header.offset, "the pax header's size is no number");
  }
}

// Records of the form "<length> <key>=<value>\n", where the length counts the whole record.
void TarReader::read_pax(const Header& header, bool global, Override& override) {
  const std::string text = extension_text(header, kMaxPaxBytes);
  std::string_view rest = text;
  while (!rest.empty() && rest.front() != '\0') {
    const std::size_t blank = rest.find(' ');
    const auto length = decimal(rest.substr(0, blank));
    if (blank == std::string_view::npos || !length || *length <= blank + 1 || *length > rest.size()) {
      fail(header.offset, "the pax header is malformed");
    }
    const std::string_view record = rest.substr(blank + 1, static_cast<std::size_t>(*length) - blank - 1);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos || record.back() != '\n') fail(header.offset, "the pax header is malformed");
    const std::string key(record.substr(0, equals));
    if (global && (key == "path" || key == "size")) fail(header.offset, "a name or size for all files at once");
    apply_pax(header, key, std::string(record.substr(equals + 1, record.size() - equals - 2)), override);
    rest.remove_prefix(static_cast<std::size_t>(*length));
  }
}

// True for a header that only says something about the next one.
bool TarReader::read_extension(const Header& header, Override& override) {
  switch (header.type) {
    case 'L':
      override.name = extension_text(header, kMaxNameBytes + 1);
      override.name->resize(std::strlen(override.name->c_str()));  // it ends with a NUL
      return true;
    case 'K':
      extension_text(header, kMaxPaxBytes);
      return true;
    case 'x':
    case 'X':
    case 'g':
      read_pax(header, header.type == 'g', override);
      return true;
    case 'S':
      fail(header.offset, "sparse files are not supported; write the archive without --sparse");
    case 'M':
      fail(header.offset, "this is a part of an archive in several volumes, which is not supported");
    default:
      return false;
  }
}

TarMember TarReader::member_of(const Header& header, const Override& override) const {
  TarMember member;
  member.name = override.name.value_or(header.name);
  while (member.name.starts_with("./")) member.name.erase(0, 2);
  member.offset = header.data;
  member.size = override.size.value_or(header.size);
  const bool fits = !member.name.empty() && member.name.size() <= kMaxNameBytes;
  if (!fits || member.name.find('\0') != std::string::npos) fail(header.offset, "a file without a usable name");
  return member;
}

std::optional<TarMember> TarReader::next() {
  Override override;
  while (const auto header = read_header()) {
    if (read_extension(*header, override)) continue;
    const std::uint64_t size = override.size.value_or(header->size);
    // Links, devices and directories have no data, whatever their size field says.
    const bool has_data = header->type < '1' || header->type > '6';
    if (header->type == '1' && size > 0) fail(header->offset, "a hard link with data");
    skip_data(*header, has_data ? size : 0);
    const bool regular = header->type == '0' || header->type == '\0' || header->type == '7';
    const bool directory = regular && header->name.ends_with('/');  // of the oldest tar programs
    if (regular && !directory) return member_of(*header, override);
    override = {};
  }
  if (override.name || override.size) fail(position_, "an extension header without its file");
  return std::nullopt;
}

std::string TarReader::content(const TarMember& member, std::size_t max_bytes) {
  if (member.size > max_bytes) {
    fail(member.offset, "a file of " + base::with_thousands(static_cast<long long>(member.size)) +
                            " bytes where at most " + std::to_string(max_bytes) + " are expected");
  }
  const auto bytes = bytes_at(member.offset, static_cast<std::size_t>(member.size));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace topfive::data
