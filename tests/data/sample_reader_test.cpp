#include "topfive/data/sample_reader.h"

#include <array>

#include "data/fake_source.h"
#include "support/catch.h"

using namespace topfive;
using data::SampleReader;
using tests::FakeSource;

namespace {

// One picture of 1 x 2 pixels with given channels, as pixels.
class TwoPixels : public FakeSource {
 public:
  explicit TwoPixels(std::vector<int> values) : FakeSource(3), values_(std::move(values)) {}
  data::RawSample read(std::int64_t /*index*/, std::vector<std::byte>& buffer) const override {
    buffer.clear();
    for (const int value : values_) buffer.push_back(static_cast<std::byte>(value));
    data::RawSample raw;
    raw.encoded = false;
    raw.bytes = buffer;
    raw.height = 1;
    raw.width = 2;
    raw.channels = static_cast<int>(values_.size()) / 2;
    return raw;
  }

 private:
  std::vector<int> values_;
};

struct Filled {
  std::array<std::uint8_t, 6> pixels{};
  std::int64_t label = -1;
  std::int64_t sample_id = -1;
  std::array<float, 3> colour_shift = {9.0F, 9.0F, 9.0F};
};

Filled fill(const data::SampleSource& source, int channels) {
  const augment::Pipeline pipeline({}, "test", channels, cv::Size(2, 1));
  Filled filled;
  SampleReader reader(source, pipeline, {.channels = channels, .seed = 1});
  reader.read(2, 0, {filled.pixels.data(), &filled.label, &filled.sample_id, filled.colour_shift.data()});
  return filled;
}

}  // namespace

TEST_CASE("grey pixels are replicated for a network that takes colours") {
  const Filled filled = fill(TwoPixels({10, 200}), 3);
  CHECK(filled.pixels == std::array<std::uint8_t, 6>{10, 10, 10, 200, 200, 200});
  CHECK(filled.label == 2);
  CHECK(filled.sample_id == 2);
  CHECK(filled.colour_shift == std::array<float, 3>{});
}

TEST_CASE("colours become luma for a network that takes grey") {
  // ITU-R 601: 0.299 R + 0.587 G + 0.114 B.
  const Filled filled = fill(TwoPixels({255, 0, 0, 10, 20, 30}), 1);
  CHECK(filled.pixels == std::array<std::uint8_t, 6>{76, 18, 0, 0, 0, 0});
}

TEST_CASE("pixels with the right channels reach the slot unchanged") {
  CHECK(fill(TwoPixels({1, 2, 3, 4, 5, 6}), 3).pixels == std::array<std::uint8_t, 6>{1, 2, 3, 4, 5, 6});
  CHECK(fill(TwoPixels({1, 2}), 1).pixels == std::array<std::uint8_t, 6>{1, 2, 0, 0, 0, 0});
}

TEST_CASE("a source that gives the wrong number of pixels is a bug, not a bad picture") {
  CHECK_THROWS_AS(fill(TwoPixels({1, 2, 3}), 1), std::logic_error);
}
