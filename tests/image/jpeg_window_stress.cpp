// Random windows of JPEG files by our own decoder, against libjpeg-turbo's whole pictures. A short form is in the test
// suite; the long one is started by scripts/stress.
//
//   jpeg_window_stress [--windows N] [--seed N] [--first N] [--photos DIR] [--json FILE]
//
// Every window is made by all kernels that the processor has, without an index of the file and with one. Half of the
// windows are of the photos, where there are some; the others of files that are made up. Prints each difference, and a
// line of JSON at the end. Exit codes: 0 all samples are equal, 1 not, 64 wrong arguments, 66 no photos. File numbers
// begin with --first: with few windows, one file is done again.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"
#include "topfive/image/jpeg/kernels.h"

#include "image/jpeg_cases.h"
#include "image/jpeg_differential.h"
#include "image/random_choice.h"
#include "image/stress_options.h"

namespace fs = std::filesystem;
using namespace topfive;
using namespace topfive::test;
using image::JpegDecoder;
using image::JpegReader;

namespace {

constexpr int kWindowsOfSmall = 12;
constexpr int kWindowsOfLarge = 40;
constexpr int kLargeEvery = 100;  // files
constexpr int kMostMessages = 50;
constexpr int kLargestStep = 12;  // of an index, in units

struct Own {
  const image::jpeg::Kernels* kernels;
  std::unique_ptr<JpegReader> reader;
  std::int64_t own_windows = 0;
  std::int64_t own_windows_indexed = 0;
  std::int64_t differing_windows = 0;
  std::int64_t differing_samples = 0;
};

struct Reference {
  image::Image whole;
  bool windows = false;  // can be read
};

// All of it, one sample, or any part.
cv::Rect random_window(std::mt19937& random, cv::Size size) {
  cv::Size part(1 + pick(random, size.width), 1 + pick(random, size.height));
  const int kind = pick(random, 10);
  if (kind == 0) part = size;
  if (kind == 1) part = {1, 1};
  if (kind == 2) part.width = size.width;
  if (kind == 3) part.height = size.height;
  return {cv::Point(pick(random, size.width - part.width + 1), pick(random, size.height - part.height + 1)), part};
}

class WindowStress {
 public:
  explicit WindowStress(std::int64_t seed) : seed_(seed) {
    for (const auto* kernels : kernels_here()) {
      own_.push_back({kernels, std::make_unique<JpegReader>(JpegDecoder::kAuto, *kernels)});
    }
  }

  void made_up(std::int64_t first, std::int64_t windows) {
    for (std::int64_t number = first, done = 0; done < windows; ++number) {
      std::mt19937 random(case_seed(seed_, number));
      const bool large = number % kLargeEvery == kLargeEvery - 1;
      const JpegCase made = random_jpeg(random, large ? CaseSize::kLarge : CaseSize::kUsual);
      const std::int64_t count = std::min<std::int64_t>(windows - done, large ? kWindowsOfLarge : kWindowsOfSmall);
      check_file(made.file, count, random, "file " + std::to_string(number) + " (" + made.description + ")");
      done += count;
    }
  }
  void photos(const std::vector<fs::path>& paths, std::int64_t windows) {
    const auto files = static_cast<std::int64_t>(paths.size());
    for (std::int64_t i = 0; i < files; ++i) {
      std::mt19937 random(case_seed(seed_ + 1, i));
      std::ifstream in(paths[static_cast<std::size_t>(i)], std::ios::binary);
      const std::string text(std::istreambuf_iterator<char>(in), {});
      const auto bytes = std::as_bytes(std::span(text));
      const std::int64_t count = windows * (i + 1) / files - windows * i / files;
      check_file(Bytes(bytes.begin(), bytes.end()), count, random, paths[static_cast<std::size_t>(i)].string());
    }
  }

  nlohmann::ordered_json summary() const {
    nlohmann::ordered_json kernels;
    for (const Own& own : own_) {
      kernels[own.kernels->name] = {{"own_windows", own.own_windows},
                                    {"own_windows_indexed", own.own_windows_indexed},
                                    {"differing_windows", own.differing_windows},
                                    {"differing_samples", own.differing_samples}};
    }
    return {{"seed", seed_},
            {"files", files_},
            {"indexed_files", indexed_files_},
            {"unreadable_files", unreadable_},
            {"windows", windows_},
            {"samples", samples_},
            {"kernels", kernels}};
  }
  bool good() const {
    return std::all_of(own_.begin(), own_.end(), [](const Own& own) { return own.differing_windows == 0; });
  }
  bool made_ups_are_sound() const { return unreadable_made_up_ == 0; }

 private:
  void check_file(const Bytes& file, std::int64_t windows, std::mt19937& random, const std::string& name) {
    if (windows == 0) return;
    ++files_;
    const Reference reference = reference_of(file, name);
    if (reference.whole.empty() || !reference.windows) return;
    const std::array<Bytes, 2> indexes{index_of(file, 0), index_of(file, 1 + pick(random, kLargestStep))};
    if (!indexes[0].empty()) ++indexed_files_;
    for (std::int64_t i = 0; i < windows; ++i) {
      // Grey files are read as RGB too.
      const int channels = reference.whole.channels() == 1 && random() % 2 == 0 ? 1 : 3;
      const cv::Rect window = random_window(random, reference.whole.size());
      check_window(file, reference.whole, window, channels, indexes[static_cast<std::size_t>(i % 2)], name);
    }
  }

  Bytes index_of(const Bytes& file, int step) {
    indexer_.open(file, 0);
    Bytes index = indexer_.make_index(step);
    indexer_.close();
    return index;
  }

  // Empty where libjpeg cannot read the file, or windows of it.
  Reference reference_of(const Bytes& file, const std::string& name) {
    Reference reference;
    try {
      libjpeg_.open(file, 0);
      reference.windows = libjpeg_.reads_windows(libjpeg_.components() == 1 ? 1 : 3);
      reference.whole = libjpeg_.read_whole();
      libjpeg_.close();
    } catch (const image::DecodeError& error) {
      ++unreadable_;
      unreadable_made_up_ += name.starts_with("file ") ? 1 : 0;
      std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    }
    return reference;
  }

  void check_window(const Bytes& file, const image::Image& whole, const cv::Rect& window, int channels,
                    const Bytes& index, const std::string& name) {
    ++windows_;
    samples_ += std::int64_t{window.area()} * channels;
    const image::Image part = expected(whole(window), channels);
    for (Own& own : own_) {
      std::string error;
      std::int64_t samples = differing_samples(own, file, part, window, {}, error);
      if (!index.empty()) samples += differing_samples(own, file, part, window, index, error);
      if (samples == 0 && error.empty()) continue;
      ++own.differing_windows;
      own.differing_samples += samples;
      if (++messages_ > kMostMessages) continue;
      std::printf("seed %lld, %s, window %dx%d at (%d, %d), %d channels, %s: %lld samples differ %s\n",
                  static_cast<long long>(seed_), name.c_str(), window.width, window.height, window.x, window.y,
                  channels, own.kernels->name, static_cast<long long>(samples), error.c_str());
    }
  }

  static image::Image expected(const image::Image& part, int channels) {
    if (part.channels() == channels) return part;
    image::Image replicated;
    cv::merge(std::vector<image::Image>(3, part), replicated);
    return replicated;
  }

  static std::int64_t differing_samples(Own& own, const Bytes& file, const image::Image& part, const cv::Rect& window,
                                        std::span<const std::byte> index, std::string& error) {
    std::int64_t differing = 0;
    try {
      own.reader->open(file, 0);
      own.reader->use_index(index);
      own.reader->begin(window, part.channels());
      const auto row_bytes = static_cast<std::size_t>(window.width) * static_cast<std::size_t>(part.channels());
      for (int y = 0; y < window.height; ++y) {
        const std::uint8_t* row = own.reader->next_row();
        const std::uint8_t* wanted = part.ptr(y);
        if (std::memcmp(row, wanted, row_bytes) == 0) continue;
        for (std::size_t i = 0; i < row_bytes; ++i) differing += row[i] == wanted[i] ? 0 : 1;
      }
      (index.empty() ? own.own_windows : own.own_windows_indexed) += own.reader->all_rows_own() ? 1 : 0;
      own.reader->close();
    } catch (const image::DecodeError& failure) {
      error = failure.what();
    }
    return differing;
  }

  std::int64_t seed_;
  JpegReader libjpeg_{JpegDecoder::kLibjpeg};
  JpegReader indexer_;
  std::vector<Own> own_;
  std::int64_t files_ = 0;
  std::int64_t indexed_files_ = 0;
  std::int64_t unreadable_ = 0;
  std::int64_t unreadable_made_up_ = 0;
  std::int64_t windows_ = 0;
  std::int64_t samples_ = 0;
  int messages_ = 0;
};

std::vector<fs::path> photos_below(const std::string& directory) {
  std::vector<fs::path> photos;
  if (directory.empty()) return photos;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    std::string extension = entry.path().extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (entry.is_regular_file() && (extension == ".jpg" || extension == ".jpeg")) photos.push_back(entry.path());
  }
  if (photos.empty())
    throw base::UserError(base::ExitCode::kInputMissing, directory + ": no .jpg or .jpeg file below it");
  std::sort(photos.begin(), photos.end());
  return photos;
}

int run(int argc, const char* const* argv) {
  const StressOptions options(argc, argv,
                              {{"windows", "100000"}, {"seed", "1"}, {"first", "0"}, {"photos", ""}, {"json", ""}});
  const auto started = std::chrono::steady_clock::now();
  const std::int64_t windows = options.number("windows");
  const auto photos = photos_below(options.text("photos"));
  WindowStress stress(options.number("seed"));
  const std::int64_t of_photos = photos.empty() ? 0 : windows / 2;
  stress.made_up(options.number("first"), windows - of_photos);
  stress.photos(photos, of_photos);
  nlohmann::ordered_json summary = stress.summary();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
  summary["seconds"] = static_cast<double>(static_cast<std::int64_t>(10 * seconds.count())) / 10;
  write_summary(summary, options.text("json"));
  return stress.good() && stress.made_ups_are_sound() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) { return run_stress_program("jpeg_window_stress", run, argc, argv); }
