// Seeded mutations of valid headers: each is either refused as bad data or satisfies every promise
// of the parser.
#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "header_text.h"
#include "support/catch.h"

namespace topfive::weights {
namespace {

constexpr std::uint64_t kDataBytes = 64;

std::vector<std::string> seeds() {
  return {
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,4],"data_offsets":[0,32]},)"
      R"("b":{"dtype":"I64","shape":[4],"data_offsets":[32,64]}})",
      R"({"x":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"y":{"dtype":"I8","shape":[63],"data_offsets":[1,64]}})",
      R"({"e":{"dtype":"F16","shape":[0,9],"data_offsets":[64,64]},"f":{"dtype":"F64","shape":[2,2,2],)"
      R"("data_offsets":[0,64]}}        )",
  };
}

// Pieces that stand where they hurt most.
const std::vector<std::string>& splices() {
  static const std::vector<std::string> kSplices = {"{",
                                                    "}",
                                                    "[",
                                                    "]",
                                                    "\"",
                                                    ",",
                                                    ":",
                                                    "-1",
                                                    "0",
                                                    "1e3",
                                                    "4294967296",
                                                    "9223372036854775807",
                                                    "18446744073709551616",
                                                    "null",
                                                    "true",
                                                    "\\u0000",
                                                    "\\ud800",
                                                    "__metadata__",
                                                    "F32",
                                                    "dtype",
                                                    "\"shape\":[4294967296,4294967296]",
                                                    "\"data_offsets\":[0,18446744073709551615]"};
  return kSplices;
}

std::string mutate(std::string text, std::mt19937& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::size_t place = text.empty() ? 0 : below(text.size());
  switch (random() % 6) {
    case 0:
      if (!text.empty()) text[place] = static_cast<char>(text[place] ^ (1 << below(8)));
      break;
    case 1:
      text.resize(place);
      break;
    case 2:
      text.insert(place, splices()[below(splices().size())]);
      break;
    case 3:
      text.erase(place, 1 + below(12));
      break;
    case 4:
      text.insert(place, text.substr(below(text.size() + 1), 1 + below(60)));
      break;
    default:
      if (!text.empty()) text[place] = static_cast<char>('0' + below(10));
  }
  return text;
}

// Written apart from the parser: the ranges, put in order, must tile the data.
bool keeps_promises(const SafetensorsHeader& header) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (const TensorEntry& tensor : header.tensors) {
    std::uint64_t elements = 1;
    for (const std::int64_t size : tensor.shape) elements *= static_cast<std::uint64_t>(size);
    if (elements * dtype_size(tensor.dtype) != tensor.end - tensor.begin) return false;
    ranges.emplace_back(tensor.begin, tensor.end);
  }
  std::sort(ranges.begin(), ranges.end());
  std::uint64_t position = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin != position || end < begin) return false;
    position = end;
  }
  return position == kDataBytes;
}

}  // namespace

TEST_CASE("6000 mutated headers are refused as bad data or read in full") {
  std::mt19937 random(20121001);
  const std::vector<std::string> originals = seeds();
  int accepted = 0;
  int refused = 0;
  for (int i = 0; i < 6000; ++i) {
    std::string text = originals[static_cast<std::size_t>(i) % originals.size()];
    const int rounds = 1 + static_cast<int>(random() % 3);
    for (int round = 0; round < rounds; ++round) text = mutate(text, random);
    CAPTURE(i, text);
    try {
      const SafetensorsHeader header = parse_text(text, kDataBytes);
      REQUIRE(keeps_promises(header));
      ++accepted;
    } catch (const base::UserError& error) {
      REQUIRE(error.code() == base::ExitCode::kBadData);
      REQUIRE(std::string(error.what()).find('\n') == std::string::npos);
      ++refused;
    }
  }
  // Both sides must be exercised, or the mutations prove nothing.
  CHECK(accepted > 50);
  CHECK(refused > 4000);
}

TEST_CASE("a valid header is refused as soon as it is cut at any place") {
  for (const std::string& text : seeds()) {
    const std::size_t end = text.find_last_of('}');
    for (std::size_t length = 0; length <= end; ++length) {
      REQUIRE_FALSE(refusal(text.substr(0, length), kDataBytes).empty());
    }
  }
}

}  // namespace topfive::weights
