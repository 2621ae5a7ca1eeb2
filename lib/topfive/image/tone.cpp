#include "topfive/image/tone.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "topfive/image/blend.h"

namespace topfive::image {
namespace {

using Histogram = std::array<std::int64_t, 256>;

ToneTable identity_tone() {
  ToneTable tone{};
  for (std::size_t value = 0; value < tone.size(); ++value) tone[value] = static_cast<std::uint8_t>(value);
  return tone;
}

template <class Function>
ToneTable tone_of(const Function& function) {
  ToneTable tone{};
  for (int value = 0; value < 256; ++value) {
    tone[static_cast<std::size_t>(value)] = static_cast<std::uint8_t>(function(value));
  }
  return tone;
}

std::size_t row_bytes(const Image& image) {
  return static_cast<std::size_t>(image.cols) * static_cast<std::size_t>(image.channels());
}

// Least and greatest value of each channel.
struct Extremes {
  std::array<std::uint8_t, 3> least = {255, 255, 255};
  std::array<std::uint8_t, 3> greatest = {0, 0, 0};
};

// Values of all channels side by side, so that compilers compare many at once: a multiple of the channels and of what
// fits a vector.
constexpr std::size_t kLanes = 48;
using Lanes = std::array<std::uint8_t, kLanes>;

void widen(const std::uint8_t* values, std::size_t count, Lanes& least, Lanes& greatest) {
  for (std::size_t i = 0; i < count; ++i) {
    least[i] = std::min(least[i], values[i]);
    greatest[i] = std::max(greatest[i], values[i]);
  }
}

Extremes extremes_of(const Image& image) {
  Lanes least;
  Lanes greatest{};
  least.fill(255);
  const std::size_t bytes = row_bytes(image);
  for (int y = 0; y < image.rows; ++y) {
    const auto* row = image.ptr<std::uint8_t>(y);
    std::size_t first = 0;
    for (; first + kLanes <= bytes; first += kLanes) widen(row + first, kLanes, least, greatest);
    widen(row + first, bytes - first, least, greatest);
  }
  Extremes result;
  for (std::size_t i = 0; i < kLanes; ++i) {
    const std::size_t c = i % static_cast<std::size_t>(image.channels());
    result.least[c] = std::min(result.least[c], least[i]);
    result.greatest[c] = std::max(result.greatest[c], greatest[i]);
  }
  return result;
}

ToneTable stretching_tone(int least, int greatest) {
  if (least >= greatest) return identity_tone();
  const double scale = 255.0 / (greatest - least);
  const double offset = -least * scale;
  return tone_of([&](int value) { return std::clamp(static_cast<int>(value * scale + offset), 0, 255); });
}

std::array<Histogram, 3> histograms_of(const Image& image) {
  std::array<Histogram, 3> counts{};
  const auto channels = static_cast<std::size_t>(image.channels());
  for (int y = 0; y < image.rows; ++y) {
    const auto* row = image.ptr<std::uint8_t>(y);
    const std::size_t bytes = row_bytes(image);
    for (std::size_t i = 0; i < bytes; i += channels) {
      for (std::size_t c = 0; c < channels; ++c) ++counts[c][row[i + c]];
    }
  }
  return counts;
}

// The greatest value that occurs is left out of the steps, so that it becomes 255.
ToneTable equalizing_tone(const Histogram& counts) {
  const std::int64_t total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  const auto greatest = std::find_if(counts.rbegin(), counts.rend(), [](std::int64_t count) { return count > 0; });
  const std::int64_t step = (total - *greatest) / 255;
  if (step == 0) return identity_tone();
  std::int64_t sum = step / 2;
  return tone_of([&](int value) {
    const std::int64_t level = sum / step;
    sum += counts[static_cast<std::size_t>(value)];
    return std::min<std::int64_t>(level, 255);
  });
}

}  // namespace

ToneTable brightness_tone(float factor) {
  return tone_of([&](int value) { return blended(0, static_cast<std::uint8_t>(value), factor); });
}

ToneTable contrast_tone(const Image& image, float factor) {
  const std::uint8_t mean = mean_luma(image);
  return tone_of([&](int value) { return blended(mean, static_cast<std::uint8_t>(value), factor); });
}

ToneTable posterize_tone(int bits) {
  assert(bits >= 0 && bits <= 8);
  const int mask = 0xff & ~((1 << (8 - bits)) - 1);
  return tone_of([&](int value) { return value & mask; });
}

ToneTable solarize_tone(double threshold) {
  return tone_of([&](int value) { return value < threshold ? value : 255 - value; });
}

ToneTable solarize_add_tone(int amount) {
  return tone_of([&](int value) { return value < 128 ? std::clamp(value + amount, 0, 255) : value; });
}

ToneTable invert_tone() {
  return tone_of([](int value) { return 255 - value; });
}

ChannelTones autocontrast_tones(const Image& image) {
  const Extremes extremes = extremes_of(image);
  ChannelTones tones;
  for (std::size_t c = 0; c < tones.size(); ++c) tones[c] = stretching_tone(extremes.least[c], extremes.greatest[c]);
  return tones;
}

ChannelTones equalize_tones(const Image& image) {
  assert(!image.empty());
  const auto histograms = histograms_of(image);
  ChannelTones tones{};
  for (std::size_t c = 0; c < static_cast<std::size_t>(image.channels()); ++c)
    tones[c] = equalizing_tone(histograms[c]);
  return tones;
}

void apply_tone(const Image& from, const ToneTable& tone, Image& to) {
  to.create(from.size(), from.type());
  for (int y = 0; y < from.rows; ++y) {
    const auto* in = from.ptr<std::uint8_t>(y);
    auto* out = to.ptr<std::uint8_t>(y);
    const std::size_t bytes = row_bytes(from);
    for (std::size_t i = 0; i < bytes; ++i) out[i] = tone[in[i]];
  }
}

void apply_tones(const Image& from, const ChannelTones& tones, Image& to) {
  if (from.channels() == 1) return apply_tone(from, tones[0], to);
  to.create(from.size(), from.type());
  for (int y = 0; y < from.rows; ++y) {
    const auto* in = from.ptr<std::uint8_t>(y);
    auto* out = to.ptr<std::uint8_t>(y);
    const std::size_t bytes = row_bytes(from);
    for (std::size_t i = 0; i < bytes; i += 3) {
      for (std::size_t c = 0; c < 3; ++c) out[i + c] = tones[c][in[i + c]];
    }
  }
}

}  // namespace topfive::image
