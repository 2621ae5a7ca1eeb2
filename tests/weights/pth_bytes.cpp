#include "pth_bytes.h"

#include <zlib.h>

namespace topfive::weights {
namespace {

std::string central_record(const ZipPart& part, std::size_t offset) {
  const auto crc =
      crc32(0, reinterpret_cast<const unsigned char*>(part.content.data()), static_cast<unsigned>(part.content.size()));
  return little_endian(0x02014b50, 4) + little_endian(0, 4) + little_endian(part.flags, 2) +
         little_endian(part.method, 2) + little_endian(0, 4) + little_endian(crc, 4) +
         little_endian(part.content.size(), 4) + little_endian(part.content.size(), 4) +
         little_endian(part.name.size(), 2) + std::string(12, '\0') + little_endian(offset, 4) + part.name;
}

}  // namespace

std::string zip_of(const std::vector<ZipPart>& parts) {
  std::string file;
  std::string directory;
  for (const ZipPart& part : parts) {
    directory += central_record(part, file.size());
    file += little_endian(0x04034b50, 4) + std::string(22, '\0') + little_endian(part.name.size(), 2) +
            std::string(2, '\0') + part.name + part.content;
  }
  const std::string end = little_endian(0x06054b50, 4) + std::string(4, '\0') + little_endian(parts.size(), 2) +
                          little_endian(parts.size(), 2) + little_endian(directory.size(), 4) +
                          little_endian(file.size(), 4) + std::string(2, '\0');
  return file + directory + end;
}

}  // namespace topfive::weights
