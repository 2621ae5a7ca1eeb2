#include "image/jpeg_differential.h"

#include <algorithm>
#include <random>

#include "topfive/image/jpeg/kernels.h"

namespace topfive::test {
namespace {

// Small, so that a damaged header costs no time. The smallest pictures that are asked for have to fit.
constexpr image::DecodeLimits kLimits = {
    .max_pixels = 100'000, .max_bytes = std::int64_t{8} << 20, .max_scans = 20, .max_scan_pixels = 1'000'000};

constexpr std::uint32_t kParts = 65536;

int part_of(std::uint32_t part, int n) {
  return static_cast<int>(std::uint64_t{part % kParts} * static_cast<std::uint64_t>(n) / kParts);
}

void read_rows(image::JpegReader& reader, const cv::Rect& window, int channels, JpegAnswer& answer) {
  const auto row_bytes = static_cast<std::size_t>(window.width) * static_cast<std::size_t>(channels);
  reader.begin(window, channels);
  for (; answer.rows < window.height; ++answer.rows) {
    const std::uint8_t* row = reader.next_row();
    answer.pixels.insert(answer.pixels.end(), row, row + row_bytes);
    // The padding's bytes do not matter, but they must be there.
    [[maybe_unused]] const volatile std::uint8_t padding = row[row_bytes + image::kRowPadding - 1];
    answer.own_rows = reader.all_rows_own();
  }
}

void read_whole(image::JpegReader& reader, JpegAnswer& answer) {
  const image::Image whole = reader.read_whole();
  answer.rows = whole.rows;
  answer.pixels.assign(whole.data, whole.data + whole.total() * whole.elemSize());
}

JpegAnswer answer_of(image::JpegReader& reader, std::span<const std::byte> file, const JpegRequest& request,
                     std::span<const std::byte> index = {}) {
  JpegAnswer answer;
  try {
    reader.open(file, request.slack, kLimits);
    reader.use_index(index);
    const cv::Size size = reader.size();
    const int channels = reader.components() == 1 ? request.channels : 3;
    const bool windows = reader.reads_windows(channels);
    answer.header = std::to_string(size.width) + "x" + std::to_string(size.height) + ", " +
                    std::to_string(reader.components()) + (windows ? " components" : " components, no windows");
    if (request.whole || !windows) {
      read_whole(reader, answer);
    } else {
      read_rows(reader, request.window_of(size), channels, answer);
    }
    reader.close();
  } catch (const image::DecodeError& error) {
    answer.error = error.what();
  }
  return answer;
}

// Empty where the file has none.
std::vector<std::byte> index_of(image::JpegReader& reader, std::span<const std::byte> file,
                                const JpegRequest& request) {
  try {
    reader.open(file, request.slack, kLimits);
    auto index = reader.make_index(request.index_step);
    reader.close();
    return index;
  } catch (const image::DecodeError&) {
    return {};
  }
}

// A few bytes changed, the end cut off or something behind it.
std::vector<std::byte> damaged(std::vector<std::byte> index, std::uint32_t damage) {
  std::minstd_rand random(damage | 1U);
  for (int changes = 1 + static_cast<int>(random() % 4); changes > 0; --changes) {
    const auto byte = static_cast<std::byte>(random() % 256);
    if (index.empty() || random() % 8 == 0) {
      index.push_back(byte);
    } else if (random() % 8 == 0) {
      index.resize(random() % index.size());
    } else {
      index[random() % index.size()] = byte;
    }
  }
  return index;
}

}  // namespace

std::vector<const image::jpeg::Kernels*> kernels_here() {
  std::vector<const image::jpeg::Kernels*> kernels{&image::jpeg::scalar_kernels()};
  for (const auto* more : {image::jpeg::avx2_kernels(), image::jpeg::avx512_kernels()}) {
    if (more != nullptr) kernels.push_back(more);
  }
  return kernels;
}

JpegRequest::JpegRequest(std::uint32_t choice) {
  const auto spread = [&](std::uint32_t factor) { return (choice * factor) >> 16U; };
  if (choice % 4 != 0) {
    left = spread(2654435761U);
    top = spread(2246822519U);
    width = spread(3266489917U);
    height = spread(668265263U);
  }
  channels = (choice >> 2U) % 4 == 0 ? 1 : 3;
  whole = (choice >> 4U) % 8 == 0;
  constexpr std::size_t kSlack = 512;
  slack = (choice >> 7U) % 2 == 0 ? 0 : kSlack;
  index_step = static_cast<int>((choice >> 8U) % 5);
  damage = choice * 374761393U;
}

cv::Rect JpegRequest::window_of(const cv::Size& size) const {
  const cv::Size part(1 + part_of(width, size.width), 1 + part_of(height, size.height));
  return {cv::Point(part_of(left, size.width - part.width + 1), part_of(top, size.height - part.height + 1)), part};
}

std::string difference(const JpegAnswer& expected, const JpegAnswer& found) {
  if (expected.header != found.header) return "header " + found.header + " instead of " + expected.header;
  if (expected.error != found.error) return "error \"" + found.error + "\" instead of \"" + expected.error + "\"";
  if (expected.error.empty() && expected.rows != found.rows) return "another number of rows";
  const std::size_t common = std::min(expected.pixels.size(), found.pixels.size());
  const auto from = expected.pixels.begin();
  const auto at = std::mismatch(from, from + static_cast<std::ptrdiff_t>(common), found.pixels.begin());
  if (at.first == from + static_cast<std::ptrdiff_t>(common)) return "";
  const auto row_bytes = static_cast<std::ptrdiff_t>(expected.pixels.size()) / std::max(expected.rows, 1);
  const std::ptrdiff_t index = at.first - from;
  return "row " + std::to_string(index / row_bytes) + ", byte " + std::to_string(index % row_bytes) + ": " +
         std::to_string(*at.second) + " instead of " + std::to_string(*at.first);
}

JpegDifferential::JpegDifferential()
    : libjpeg_(std::make_unique<image::JpegReader>(image::JpegDecoder::kLibjpeg)), kernels_(kernels_here()) {
  for (const auto* kernels : kernels_) {
    own_.push_back(std::make_unique<image::JpegReader>(image::JpegDecoder::kAuto, *kernels));
  }
}

std::string JpegDifferential::check(std::span<const std::byte> file, const JpegRequest& request) {
  copy_.clear();
  copy_.shrink_to_fit();
  copy_.reserve(file.size() + request.slack);
  copy_.assign(file.begin(), file.end());
  for (std::size_t i = 0; i < request.slack; ++i) copy_.push_back(i % 2 == 0 ? std::byte{0xff} : std::byte{0xd9});
  const auto bytes = std::span<const std::byte>(copy_).first(file.size());
  const JpegAnswer expected = answer_of(*libjpeg_, bytes, request);
  ++counts_.files;
  counts_.headers += expected.header.empty() ? 0 : 1;
  ++(expected.error.empty() ? counts_.pictures : counts_.errors);
  std::string differences;
  for (std::size_t i = 0; i < own_.size(); ++i) {
    const JpegAnswer found = answer_of(*own_[i], bytes, request);
    const std::string text = difference(expected, found);
    if (!text.empty()) differences += std::string(kernels_[i]->name) + ": " + text + "; ";
    if (i == 0 && !request.whole && !found.header.empty()) ++(found.own_rows ? counts_.own : counts_.handed_over);
    counts_.rows_before_errors_differ += expected.rows == found.rows ? 0 : 1;
  }
  if (!request.whole) differences += check_indexed(bytes, request, expected);
  return differences;
}

std::string JpegDifferential::check_indexed(std::span<const std::byte> file, const JpegRequest& request,
                                            const JpegAnswer& expected) {
  const std::vector<std::byte> index = index_of(*own_.front(), file, request);
  const std::vector<std::byte> hostile = damaged(index.empty() ? last_index_ : index, request.damage);
  counts_.indexed += index.empty() ? 0 : 1;
  std::string differences;
  for (std::size_t i = 0; i < own_.size(); ++i) {
    answer_of(*own_[i], file, request, hostile);
    if (index.empty()) continue;
    const std::string text = difference(expected, answer_of(*own_[i], file, request, index));
    if (!text.empty()) differences += std::string(kernels_[i]->name) + ", indexed: " + text + "; ";
  }
  if (!index.empty()) last_index_ = index;
  return differences;
}

std::size_t JpegDifferential::scratch_bytes() const {
  std::size_t most = libjpeg_->scratch_bytes();
  for (const auto& reader : own_) most = std::max(most, reader->scratch_bytes());
  return most;
}

}  // namespace topfive::test
