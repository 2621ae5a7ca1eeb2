// CRC32C (Castagnoli, RFC 3720 appendix B.4): tells damaged bytes from good ones at memory speed.
//
// It finds what disks and copies do to data by accident; against malice there is SHA-256.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace topfive::base {

// Of the bytes; `before` is the checksum of what came ahead of them, so that pieces give the checksum of the whole.
// Uses the processor's own instructions where it has them (SSE 4.2, and PCLMUL for several pieces at once), chosen at
// run time.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);

// The same without special instructions; exposed so that tests can compare the two.
std::uint32_t crc32c_portable(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace topfive::base
