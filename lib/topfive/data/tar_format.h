// Internal to the tar reader and writer: the layout of a header block.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace topfive::data {

inline constexpr std::size_t kTarBlock = 512;

// A field of a header: where it begins, and its length.
struct TarField {
  std::size_t begin;
  std::size_t length;
};

namespace tar_field {
inline constexpr TarField kName{0, 100};
inline constexpr TarField kMode{100, 8};
inline constexpr TarField kUid{108, 8};
inline constexpr TarField kGid{116, 8};
inline constexpr TarField kSize{124, 12};
inline constexpr TarField kTime{136, 12};
inline constexpr TarField kChecksum{148, 8};
inline constexpr TarField kType{156, 1};
inline constexpr TarField kMagic{257, 8};  // with the version
inline constexpr TarField kDevMajor{329, 8};
inline constexpr TarField kDevMinor{337, 8};
inline constexpr TarField kPrefix{345, 155};
}  // namespace tar_field

using TarHeaderBytes = std::span<const std::byte, kTarBlock>;

// The text of a field up to its first NUL.
std::string tar_text(TarHeaderBytes header, TarField field);
// Octal digits between blanks, or GNU's base 256; empty where it is neither or does not fit in 63 bits.
std::optional<std::uint64_t> tar_number(TarHeaderBytes header, TarField field);
// Of all bytes, with blanks in the place of the checksum itself.
std::uint64_t tar_checksum(TarHeaderBytes header);
// Whether the stored checksum is right; some old programs summed up signed bytes.
bool tar_checksum_holds(TarHeaderBytes header);

// Up to the next whole block.
constexpr std::uint64_t tar_padding(std::uint64_t size) { return (kTarBlock - size % kTarBlock) % kTarBlock; }

}  // namespace topfive::data
