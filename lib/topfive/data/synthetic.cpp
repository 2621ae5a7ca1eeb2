#include "topfive/data/synthetic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "topfive/base/random_stream.h"
#include "topfive/base/sha256.h"

namespace topfive::data {
namespace {

constexpr double kTau = 2.0 * std::numbers::pi;
constexpr double kGoldenRatio = std::numbers::phi - 1.0;

// What tells the classes apart.
struct Grating {
  double cycles_x;  // radians a pixel
  double cycles_y;
  std::array<double, 3> colour;  // share of the contrast in each channel, -1 to 1
};

Grating grating_of(int label, int classes) {
  const double turn = classes > 1 ? static_cast<double>(label) / (classes - 1) : 0.0;
  const double angle = 0.25 * kTau * turn;
  const double wavelength = 5.0 + 3.0 * (label % 3);
  // Steps of the golden ratio spread any number of hues evenly.
  const double hue = std::fmod(label * kGoldenRatio, 1.0);
  Grating grating{};
  grating.cycles_x = kTau / wavelength * std::cos(angle);
  grating.cycles_y = kTau / wavelength * std::sin(angle);
  for (std::size_t c = 0; c < 3; ++c) {
    grating.colour[c] = std::cos(kTau * (hue - static_cast<double>(c) / 3.0));
  }
  return grating;
}

struct Wave {
  std::vector<float> cosine;
  std::vector<float> sine;
};

Wave wave_along(int length, double step, double phase) {
  Wave wave;
  for (int i = 0; i < length; ++i) {
    wave.cosine.push_back(static_cast<float>(std::cos(step * i + phase)));
    wave.sine.push_back(static_cast<float>(std::sin(step * i + phase)));
  }
  return wave;
}

// Four bytes of each random word, in a fixed order.
class NoiseBytes {
 public:
  explicit NoiseBytes(base::RandomStream& random) : random_(random) {}
  float next() {
    if (left_ == 0) {
      word_ = random_.next_u32();
      left_ = 4;
    }
    const auto byte = static_cast<float>(word_ & 0xFFU);
    word_ >>= 8U;
    --left_;
    return byte - 127.5F;
  }

 private:
  base::RandomStream& random_;
  std::uint32_t word_ = 0;
  int left_ = 0;
};

std::byte to_pixel(float value) { return static_cast<std::byte>(static_cast<int>(std::clamp(value, 0.0F, 255.0F))); }

struct Picture {
  Wave x;
  Wave y;
  std::array<float, 3> contrast{};
  float brightness = 0.0F;
};

Picture draw(const Grating& grating, const SyntheticConfig& config, int channels, base::RandomStream& random) {
  Picture picture;
  picture.x = wave_along(config.width, grating.cycles_x, random.uniform(0.0, kTau));
  picture.y = wave_along(config.height, grating.cycles_y, 0.0);
  const double contrast = random.uniform(40.0, 80.0);
  for (std::size_t c = 0; c < 3; ++c) {
    picture.contrast[c] = static_cast<float>(contrast * (channels == 1 ? 1.0 : grating.colour[c]));
  }
  picture.brightness = static_cast<float>(random.uniform(108.0, 148.0));
  return picture;
}

// cos(a + b) = cos a cos b - sin a sin b: the trigonometry is per row and column, not per pixel.
void paint(const Picture& picture, int channels, NoiseBytes noise, std::byte* out) {
  constexpr float kNoise = 0.2F;
  for (std::size_t y = 0; y < picture.y.cosine.size(); ++y) {
    for (std::size_t x = 0; x < picture.x.cosine.size(); ++x) {
      const float wave = picture.x.cosine[x] * picture.y.cosine[y] - picture.x.sine[x] * picture.y.sine[y];
      for (int c = 0; c < channels; ++c) {
        const float clean = picture.brightness + picture.contrast[static_cast<std::size_t>(c)] * wave;
        *out++ = to_pixel(clean + kNoise * noise.next());
      }
    }
  }
}

}  // namespace

SyntheticSource::SyntheticSource(const SyntheticConfig& config, int channels, Split split)
    : config_(config),
      channels_(channels),
      split_(split),
      size_(split == Split::kTrain ? config.train_size : config.eval_size) {
  for (int i = 0; i < config.classes; ++i) class_names_.push_back("grating_" + std::to_string(i));
}

int SyntheticSource::label(std::int64_t index) const { return static_cast<int>(index % config_.classes); }

std::string SyntheticSource::name(std::int64_t index) const {
  return std::string("synthetic ") + (split_ == Split::kTrain ? "train" : "eval") + ", image " + std::to_string(index);
}

RawSample SyntheticSource::read(std::int64_t index, std::vector<std::byte>& buffer) const {
  // The key tells the splits apart, so that no picture is in both.
  constexpr std::uint64_t kKey = 0x5EEDU;
  base::RandomStream random(kKey, split_ == Split::kTrain ? 0 : 1, static_cast<std::uint64_t>(index));
  const Grating grating = grating_of(label(index), config_.classes);
  const Picture picture = draw(grating, config_, channels_, random);
  const auto pixels = static_cast<std::size_t>(config_.height) * static_cast<std::size_t>(config_.width);
  buffer.resize(pixels * static_cast<std::size_t>(channels_));
  paint(picture, channels_, NoiseBytes(random), buffer.data());
  RawSample sample;
  sample.encoded = false;
  sample.bytes = buffer;
  sample.height = config_.height;
  sample.width = config_.width;
  sample.channels = channels_;
  return sample;
}

std::optional<std::pair<int, int>> SyntheticSource::fixed_height_width() const {
  return std::pair(config_.height, config_.width);
}

std::string SyntheticSource::fingerprint() const {
  std::string text = "synthetic";
  for (const std::int64_t value :
       {std::int64_t{split_ == Split::kEval}, size_, std::int64_t{config_.classes}, std::int64_t{config_.height},
        std::int64_t{config_.width}, std::int64_t{channels_}}) {
    text += " " + std::to_string(value);
  }
  return base::sha256_of(text);
}

}  // namespace topfive::data
