#include "topfive/data/synthetic.h"

#include <cmath>

#include "data/test_files.h"

using namespace topfive;
using data::Split;
using data::SyntheticConfig;
using data::SyntheticSource;

namespace {

SyntheticConfig small_config() {
  SyntheticConfig config;
  config.train_size = 200;
  config.eval_size = 80;
  config.classes = 8;
  config.height = 24;
  config.width = 28;
  return config;
}

std::vector<double> pixels(const SyntheticSource& source, std::int64_t index) {
  std::vector<std::byte> buffer;
  std::vector<double> values;
  for (const std::byte value : source.read(index, buffer).bytes) {
    values.push_back(std::to_integer<int>(value));
  }
  return values;
}

// How strongly channels go together: independent of phase, and enough to tell hues apart.
std::vector<double> colour_statistics(const std::vector<double>& rgb) {
  std::vector<double> mean(3), covariance(6);
  for (std::size_t i = 0; i < rgb.size(); ++i) mean[i % 3] += rgb[i] * 3.0 / static_cast<double>(rgb.size());
  for (std::size_t i = 0; i < rgb.size(); i += 3) {
    std::size_t k = 0;
    for (std::size_t a = 0; a < 3; ++a) {
      for (std::size_t b = a; b < 3; ++b) covariance[k++] += (rgb[i + a] - mean[a]) * (rgb[i + b] - mean[b]);
    }
  }
  double norm = 0.0;
  for (const double value : covariance) norm += value * value;
  for (double& value : covariance) value /= std::sqrt(norm);
  return covariance;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

int nearest(const std::vector<std::vector<double>>& centres, const std::vector<double>& point) {
  int best = 0;
  for (int c = 1; c < static_cast<int>(centres.size()); ++c) {
    const auto at = static_cast<std::size_t>(c);
    if (distance(centres[at], point) < distance(centres[static_cast<std::size_t>(best)], point)) best = c;
  }
  return best;
}

}  // namespace

TEST_CASE("a synthetic picture depends on its split and number alone") {
  const SyntheticSource source(small_config(), 3, Split::kTrain);
  const SyntheticSource again(small_config(), 3, Split::kTrain);
  const SyntheticSource eval(small_config(), 3, Split::kEval);
  CHECK(pixels(source, 17) == pixels(again, 17));
  CHECK(pixels(source, 17) != pixels(source, 17 + 8));
  CHECK(pixels(source, 17) != pixels(eval, 17));
  CHECK(source.fingerprint() == again.fingerprint());
  CHECK(source.fingerprint() != eval.fingerprint());
}

TEST_CASE("synthetic pictures have the shape that was asked for") {
  const int channels = GENERATE(1, 3);
  const SyntheticSource source(small_config(), channels, Split::kEval);
  std::vector<std::byte> buffer;
  const auto raw = source.read(3, buffer);
  CHECK((!raw.encoded && raw.height == 24 && raw.width == 28 && raw.channels == channels));
  CHECK(raw.bytes.size() == static_cast<std::size_t>(24 * 28 * channels));
  CHECK(source.fixed_height_width() == std::pair(24, 28));
  CHECK(source.size() == 80);
  CHECK(source.class_names().size() == 8);
  CHECK(source.name(3) == "synthetic eval, image 3");
}

TEST_CASE("the classes of synthetic pictures are balanced") {
  const SyntheticSource source(small_config(), 3, Split::kTrain);
  std::vector<int> counts(8);
  for (std::int64_t i = 0; i < source.size(); ++i) ++counts[static_cast<std::size_t>(source.label(i))];
  CHECK(counts == std::vector<int>(8, 25));
}

TEST_CASE("a nearest-centre classifier learns the colours of synthetic pictures") {
  const SyntheticSource train(small_config(), 3, Split::kTrain);
  const SyntheticSource eval(small_config(), 3, Split::kEval);
  std::vector<std::vector<double>> centres(8, std::vector<double>(6));
  for (std::int64_t i = 0; i < train.size(); ++i) {
    const auto statistics = colour_statistics(pixels(train, i));
    auto& centre = centres[static_cast<std::size_t>(train.label(i))];
    for (std::size_t k = 0; k < 6; ++k) centre[k] += statistics[k] / 25.0;
  }
  int correct = 0;
  for (std::int64_t i = 0; i < eval.size(); ++i) {
    correct += nearest(centres, colour_statistics(pixels(eval, i))) == eval.label(i);
  }
  CHECK(correct >= 72);  // of 80; guessing gives 10
}
