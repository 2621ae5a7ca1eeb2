#include "image/jpeg_cases.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "image/jpeg_coefficients.h"
#include "image/jpeg_stream.h"
#include "image/picture.h"
#include "image/random_choice.h"

namespace topfive::test {
namespace {

template <class Element, std::size_t kCount>
const Element& one_of(std::mt19937& random, const std::array<Element, kCount>& elements) {
  return elements[random() % kCount];
}

cv::Size random_size(std::mt19937& random, CaseSize size) {
  if (size == CaseSize::kLarge) {
    const std::array<cv::Size, 4> photos = {{{500, 375}, {1000, 700}, {375, 500}, {641, 479}}};
    return one_in(random, 2) ? one_of(random, photos) : cv::Size(300, 200 + pick(random, 200));
  }
  const int longest = size == CaseSize::kTiny ? 24 : 70;
  return {1 + pick(random, longest), 1 + pick(random, longest)};
}

// None, one, a few, or a row of units.
int random_interval(std::mt19937& random, int units_in_row) {
  switch (pick(random, 6)) {
    case 0:
      return 1;
    case 1:
      return 2 + pick(random, 9);
    case 2:
      return units_in_row;
    default:
      return 0;
  }
}

void add_noise(image::Image& picture, std::mt19937& random, int amplitude) {
  for (std::size_t i = 0; i < picture.total() * picture.elemSize(); ++i) {
    picture.data[i] = static_cast<std::uint8_t>(std::clamp(picture.data[i] + pick(random, amplitude), 0, 255));
  }
}

image::Image random_picture(std::mt19937& random, cv::Size size, int channels, std::string& kind) {
  const int content = pick(random, 5);
  kind = std::array{"smooth", "noise", "black and white", "plain", "grain"}[static_cast<std::size_t>(content)];
  if (content == 1 || content == 2) {
    return formula_picture(size, channels, 3 * std::uint64_t{random() % 1000} + (content == 1 ? 1 : 0));
  }
  if (content == 3) {
    const auto level = [&] { return static_cast<double>(pick(random, 256)); };
    return {size, CV_8UC(channels), cv::Scalar(level(), level(), level())};
  }
  image::Image picture = smooth_picture(size, channels);
  if (content == 4) add_noise(picture, random, 1 + pick(random, 60));
  return picture;
}

std::string kind_text(cv::Size size, int components, int horizontal, int vertical, int interval) {
  std::ostringstream text;
  text << size.width << "x" << size.height << (components == 1 ? " grey" : " colour") << " sampling " << horizontal
       << "x" << vertical << " restart " << interval;
  return text.str();
}

struct Sampling {
  int components;
  int horizontal;
  int vertical;
};

Sampling random_sampling(std::mt19937& random) {
  if (one_in(random, 6)) return {1, 1, 1};
  return {3, 1 + pick(random, 2), 1 + pick(random, 2)};
}

QuantisationTable random_quantisation(std::mt19937& random) {
  QuantisationTable table;
  switch (pick(random, 6)) {
    case 0:
      table.steps.fill(255);
      break;
    case 1:
      table.steps.fill(1 + pick(random, 20));
      break;
    case 2:
      for (int& step : table.steps) step = 1 + pick(random, 255);
      break;
    case 3:
      for (int& step : table.steps) step = 1 + pick(random, one_in(random, 2) ? 2048 : 65535);
      break;
    default:
      table.steps.fill(1);
  }
  table.wide = one_in(random, 8);
  return table;
}

void choose_tables(JpegStream& stream, std::mt19937& random) {
  for (QuantisationTable& table : stream.quantisation) table = random_quantisation(random);
  constexpr std::array<std::array<int, 3>, 4> kAssignments = {{{0, 1, 1}, {0, 0, 0}, {0, 1, 2}, {0, 1, 0}}};
  stream.quantisation_of = one_of(random, kAssignments);
  // Files with three Huffman tables are rare, and left to libjpeg.
  stream.huffman_of = one_in(random, 20) ? kAssignments[2] : kAssignments[one_of(random, std::array{0U, 1U, 3U})];
  stream.code_lengths = static_cast<CodeLengths>(pick(random, 4));
  stream.symbol_order = static_cast<SymbolOrder>(pick(random, 3));
  stream.all_symbols = one_in(random, 3);
  stream.first_table_number = one_in(random, 4) ? 1 : 0;
}

std::string name_of(CodeLengths lengths, SymbolOrder order) {
  const std::array<const char*, 4> lengths_names = {"mixed", "steep", "level", "longest"};
  const std::array<const char*, 3> order_names = {"frequent first", "frequent last", "shuffled"};
  return std::string(lengths_names[static_cast<std::size_t>(lengths)]) + " codes, " +
         order_names[static_cast<std::size_t>(order)];
}

}  // namespace

JpegCase random_jpeg(std::mt19937& random, CaseSize size) {
  return one_in(random, 2) ? random_encoded_jpeg(random, size) : random_written_jpeg(random, size);
}

JpegCase random_encoded_jpeg(std::mt19937& random, CaseSize size) {
  JpegCase made;
  made.size = random_size(random, size);
  const Sampling sampling = random_sampling(random);
  made.components = sampling.components;
  JpegOptions options;
  options.quality = 1 + pick(random, 100);
  options.horizontal_sampling = sampling.horizontal;
  options.vertical_sampling = sampling.vertical;
  options.progressive = one_in(random, 40);
  options.optimised = one_in(random, 2);
  const int unit_width = 8 * sampling.horizontal;
  options.restart_interval = random_interval(random, (made.size.width + unit_width - 1) / unit_width);
  std::string content;
  made.file = make_jpeg(random_picture(random, made.size, sampling.components, content), options);
  made.description = "encoded " + kind_text(made.size, made.components, sampling.horizontal, sampling.vertical,
                                            options.restart_interval);
  made.description += " quality " + std::to_string(options.quality) + (options.optimised ? " optimised" : "") +
                      (options.progressive ? " progressive " : " ") + content;
  return made;
}

JpegCase random_written_jpeg(std::mt19937& random, CaseSize size) {
  JpegStream stream;
  stream.size = random_size(random, size);
  const Sampling sampling = random_sampling(random);
  stream.components = sampling.components;
  stream.horizontal_sampling = sampling.horizontal;
  stream.vertical_sampling = sampling.vertical;
  stream.restart_interval = random_interval(random, units_a_row(stream));
  choose_tables(stream, random);
  stream.extended = one_in(random, 4);
  stream.one_segment_each = one_in(random, 2);
  stream.jfif = !one_in(random, 4);
  stream.pads_with_ones = !one_in(random, 3);
  stream.zeros_before_end = one_in(random, 6);
  const CoefficientStyle style = random_style(random);
  fill_blocks(stream, style, random);
  JpegCase made;
  made.size = stream.size;
  made.components = stream.components;
  made.description = "written " + kind_text(stream.size, stream.components, stream.horizontal_sampling,
                                            stream.vertical_sampling, stream.restart_interval);
  made.description += " " + describe(style) + ", " + name_of(stream.code_lengths, stream.symbol_order);
  made.file = write_jpeg(stream, random);
  return made;
}

}  // namespace topfive::test
