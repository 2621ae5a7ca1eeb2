#include "topfive/data/tar_writer.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "topfive/data/tar_format.h"

namespace topfive::data {
namespace {

using base::ExitCode;

constexpr std::uint64_t kMaxOctalSize = std::uint64_t{1} << 33U;  // 11 octal digits hold less than this

void put_text(std::string& block, TarField field, std::string_view text) {
  std::copy_n(text.begin(), std::min(text.size(), field.length),
              block.begin() + static_cast<std::ptrdiff_t>(field.begin));
}

// Octal digits, and a NUL behind them.
void put_octal(std::string& block, TarField field, std::uint64_t value) {
  for (std::size_t i = field.length - 1; i-- > 0; value >>= 3U) {
    block[field.begin + i] = static_cast<char>('0' + (value & 7U));
  }
}

std::string header_block(std::string_view name, std::uint64_t size, char type) {
  std::string block(kTarBlock, '\0');
  put_text(block, tar_field::kName, name);
  put_octal(block, tar_field::kMode, 0644);
  put_octal(block, tar_field::kUid, 0);
  put_octal(block, tar_field::kGid, 0);
  put_octal(block, tar_field::kSize, size);
  put_octal(block, tar_field::kTime, 0);
  put_text(block, tar_field::kType, std::string_view(&type, 1));
  put_text(block, tar_field::kMagic, std::string_view("ustar\00000", 8));
  put_octal(block, tar_field::kDevMajor, 0);
  put_octal(block, tar_field::kDevMinor, 0);
  const auto bytes = std::as_bytes(std::span(block)).first<kTarBlock>();
  // Six digits, a NUL and a blank, as tar programs have always written it.
  put_octal(block, {tar_field::kChecksum.begin, 7}, tar_checksum(bytes));
  block[tar_field::kChecksum.begin + 7] = ' ';
  return block;
}

// The record's own length counts its own digits.
std::string pax_record(const std::string& key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;  // blank, equals sign, end of line
  std::size_t length = rest + 1;
  while (std::to_string(length).size() + rest != length) length = std::to_string(length).size() + rest;
  return std::to_string(length) + " " + key + "=" + std::string(value) + "\n";
}

std::string pax_header(const std::string& records) {
  std::string text = header_block("pax_header", records.size(), 'x') + records;
  text.append(tar_padding(records.size()), '\0');
  return text;
}

}  // namespace

std::string tar_header(std::string_view name, std::uint64_t size) {
  std::string records;
  if (name.size() > tar_field::kName.length) records += pax_record("path", name);
  if (size >= kMaxOctalSize) records += pax_record("size", std::to_string(size));
  const std::string extension = records.empty() ? "" : pax_header(records);
  return extension + header_block(name, size >= kMaxOctalSize ? 0 : size, '0');
}

TarWriter::TarWriter(std::filesystem::path path)
    : path_(std::move(path)), file_(base::open_file(path_, O_WRONLY | O_CREAT | O_EXCL, 0666)) {
  if (!file_.is_open()) base::throw_system_error(ExitCode::kCannotCreate, "write", path_, errno);
}

void TarWriter::write(std::span<const std::byte> bytes) {
  if (!base::write_all(file_.get(), bytes)) base::throw_system_error(ExitCode::kIo, "write", path_, errno);
  written_ += bytes.size();
}

void TarWriter::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

std::uint64_t TarWriter::add(std::string_view name, std::span<const std::byte> bytes) {
  write(tar_header(name, bytes.size()));
  const std::uint64_t offset = written_;
  write(bytes);
  write(std::string(tar_padding(bytes.size()), '\0'));
  return offset;
}

void TarWriter::finish() {
  write(std::string(2 * kTarBlock, '\0'));
  int result = -1;
  do {
    result = ::fsync(file_.get());
  } while (result != 0 && errno == EINTR);
  if (result != 0 || !file_.close()) base::throw_system_error(ExitCode::kIo, "write", path_, errno);
}

}  // namespace topfive::data
