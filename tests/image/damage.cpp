#include "image/damage.h"

#include <algorithm>

namespace topfive::test {
namespace {

void damage_once(Bytes& bytes, std::mt19937& random) {
  if (bytes.empty()) return;
  const std::size_t at = below(random, bytes.size());
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  switch (below(random, 5)) {
    case 0:
      bytes[at] = static_cast<std::byte>(random());
      break;
    case 1:
      bytes[at] ^= static_cast<std::byte>(1U << below(random, 8));
      break;
    case 2:
      bytes[at] = std::byte{0xff};
      break;
    case 3:
      bytes.erase(place,
                  place + static_cast<std::ptrdiff_t>(std::min<std::size_t>(bytes.size() - at, below(random, 9))));
      break;
    default:
      bytes.insert(place, below(random, 9), static_cast<std::byte>(random()));
  }
}

}  // namespace

std::size_t below(std::mt19937& random, std::size_t n) { return random() % n; }

Bytes damaged(Bytes bytes, std::mt19937& random) {
  const std::size_t times = 1 + below(random, 6);
  for (std::size_t i = 0; i < times; ++i) damage_once(bytes, random);
  return bytes;
}

}  // namespace topfive::test
