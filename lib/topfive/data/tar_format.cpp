#include "topfive/data/tar_format.h"

#include <algorithm>

namespace topfive::data {
namespace {

constexpr std::uint64_t kTooLarge = std::uint64_t{1} << 63U;

unsigned value_at(TarHeaderBytes header, std::size_t i) { return std::to_integer<unsigned>(header[i]); }

std::optional<std::uint64_t> base_256(TarHeaderBytes header, TarField field) {
  if (value_at(header, field.begin) != 0x80U) return std::nullopt;  // negative, or beyond 63 bits
  std::uint64_t value = 0;
  for (std::size_t i = 1; i < field.length; ++i) {
    if (value >= kTooLarge >> 8U) return std::nullopt;
    value = value << 8U | value_at(header, field.begin + i);
  }
  return value;
}

bool is_blank(unsigned byte) { return byte == ' ' || byte == 0; }

std::optional<std::uint64_t> octal(TarHeaderBytes header, TarField field) {
  std::size_t at = field.begin;
  const std::size_t end = field.begin + field.length;
  while (at < end && value_at(header, at) == ' ') ++at;
  std::uint64_t value = 0;
  for (; at < end && !is_blank(value_at(header, at)); ++at) {
    const unsigned digit = value_at(header, at) - '0';
    if (digit > 7 || value >= kTooLarge >> 3U) return std::nullopt;
    value = value << 3U | digit;
  }
  return value;
}

bool is_in_checksum(std::size_t i) {
  return i >= tar_field::kChecksum.begin && i < tar_field::kChecksum.begin + tar_field::kChecksum.length;
}

std::uint64_t signed_checksum(TarHeaderBytes header) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < kTarBlock; ++i) {
    sum += is_in_checksum(i) ? ' ' : static_cast<signed char>(value_at(header, i));
  }
  return static_cast<std::uint64_t>(sum);
}

}  // namespace

std::string tar_text(TarHeaderBytes header, TarField field) {
  std::string text;
  for (std::size_t i = 0; i < field.length; ++i) {
    const char c = static_cast<char>(value_at(header, field.begin + i));
    if (c == '\0') break;
    text += c;
  }
  return text;
}

std::optional<std::uint64_t> tar_number(TarHeaderBytes header, TarField field) {
  if ((value_at(header, field.begin) & 0x80U) != 0) return base_256(header, field);
  return octal(header, field);
}

std::uint64_t tar_checksum(TarHeaderBytes header) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kTarBlock; ++i) sum += is_in_checksum(i) ? ' ' : value_at(header, i);
  return sum;
}

bool tar_checksum_holds(TarHeaderBytes header) {
  const auto stored = tar_number(header, tar_field::kChecksum);
  return stored && (*stored == tar_checksum(header) || *stored == signed_checksum(header));
}

}  // namespace topfive::data
