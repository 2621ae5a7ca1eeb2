#include "topfive/bench/window_bench.h"

#include <algorithm>
#include <memory>
#include <optional>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"
#include "topfive/bench/process_usage.h"
#include "topfive/bench/report_text.h"
#include "topfive/bench/window_plan.h"
#include "topfive/image/jpeg/kernels.h"
#include "topfive/image/jpeg_reader.h"

namespace topfive::bench {
namespace {

struct File {
  std::vector<std::byte> bytes;  // with the slack
  std::size_t size = 0;
  cv::Rect window;

  std::span<const std::byte> encoded() const { return std::span(bytes).first(size); }
  std::size_t slack() const { return bytes.size() - size; }
};

// One decoder on its way through the rounds.
struct Way {
  WindowFigure figure;
  std::unique_ptr<image::JpegReader> reader;
  const std::vector<std::vector<std::byte>>* indexes = nullptr;
  std::vector<double> seconds;  // of a round
};

std::optional<File> file_of(const data::RawSample& raw, const WindowSetup& setup, std::int64_t index,
                            image::JpegReader& reader) {
  if (!raw.encoded || image::sniff_format(raw.bytes) != image::Format::kJpeg) return std::nullopt;
  reader.open(raw.bytes, raw.slack);
  const cv::Size size = reader.size();
  const bool windows = reader.reads_windows(setup.channels);
  reader.close();
  if (!windows) return std::nullopt;
  base::RandomStream random(setup.seed, 0, static_cast<std::uint64_t>(index));
  const auto plan = plan_window(*setup.steps, size, random);
  if (!plan) return std::nullopt;
  const std::byte* begin = raw.bytes.data();
  return File{{begin, begin + raw.bytes.size() + raw.slack}, raw.bytes.size(), plan->window};
}

std::vector<File> files_of(const WindowSetup& setup) {
  std::vector<File> files;
  std::vector<std::byte> buffer;
  image::JpegReader reader;
  for (std::int64_t i = 0; i < setup.source->size(); ++i) {
    if (static_cast<std::int64_t>(files.size()) == setup.pictures) break;
    try {
      if (auto file = file_of(setup.source->read(i, buffer), setup, i, reader)) files.push_back(std::move(*file));
    } catch (const data::SampleError&) {
      continue;
    } catch (const image::DecodeError&) {
      continue;
    }
  }
  if (!files.empty()) return files;
  throw base::UserError(base::ExitCode::kBadData,
                        "no JPEG of which windows are read; the recipe's transforms must begin with "
                        "random_resized_crop, or with resize_shorter_side and center_crop");
}

std::vector<std::vector<std::byte>> indexes_of(const std::vector<File>& files, int step) {
  std::vector<std::vector<std::byte>> indexes;
  image::JpegReader reader;
  for (const File& file : files) {
    reader.open(file.encoded(), file.slack());
    indexes.push_back(reader.make_index(step));
    reader.close();
  }
  return indexes;
}

bool read_window(image::JpegReader& reader, const File& file, std::span<const std::byte> index, int channels) {
  reader.open(file.encoded(), file.slack());
  reader.use_index(index);
  reader.begin(file.window, channels);
  for (int y = 0; y < file.window.height; ++y) reader.next_row();
  const bool own = reader.all_rows_own();
  reader.close();
  return own;
}

// All windows once.
void run_round(Way& way, const std::vector<File>& files, int channels) {
  std::int64_t own = 0;
  const double begin = thread_cpu_seconds();
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto index =
        way.indexes != nullptr ? std::span<const std::byte>((*way.indexes)[i]) : std::span<const std::byte>();
    own += read_window(*way.reader, files[i], index, channels) ? 1 : 0;
  }
  way.seconds.push_back(thread_cpu_seconds() - begin);
  way.figure.own = own;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double mean_size(const std::vector<std::vector<std::byte>>& indexes) {
  double sum = 0;
  for (const auto& index : indexes) sum += static_cast<double>(index.size());
  return sum / static_cast<double>(indexes.size());
}

Way libjpeg_way() {
  Way way;
  way.figure.decoder = "libjpeg-turbo";
  way.reader = std::make_unique<image::JpegReader>(image::JpegDecoder::kLibjpeg);
  return way;
}

Way own_way(const image::jpeg::Kernels& kernels) {
  Way way;
  way.figure.decoder = kernels.name;
  way.reader = std::make_unique<image::JpegReader>(image::JpegDecoder::kAuto, kernels);
  return way;
}

Way with_index(Way way, int step, const std::vector<std::vector<std::byte>>& indexes) {
  way.figure.index_step = step;
  way.figure.index_bytes = mean_size(indexes);
  way.indexes = &indexes;
  return way;
}

std::string index_name(int step) {
  if (step < 0) return "no index";
  return step == 0 ? "row index" : "index every " + std::to_string(step) + " units";
}

}  // namespace

WindowFigures measure_windows(const WindowSetup& setup) {
  const std::vector<File> files = files_of(setup);
  const auto row_indexes = indexes_of(files, 0);
  const auto fine_indexes = setup.index_step > 0 ? indexes_of(files, setup.index_step) : row_indexes;
  std::vector<Way> ways;
  ways.push_back(libjpeg_way());
  for (const auto* kernels :
       {&image::jpeg::scalar_kernels(), image::jpeg::avx2_kernels(), image::jpeg::avx512_kernels()}) {
    if (kernels == nullptr) continue;
    ways.push_back(own_way(*kernels));
    ways.push_back(with_index(own_way(*kernels), 0, row_indexes));
    if (setup.index_step > 0) ways.push_back(with_index(own_way(*kernels), setup.index_step, fine_indexes));
  }
  for (Way& way : ways) run_round(way, files, setup.channels);  // buffers grow
  for (Way& way : ways) way.seconds.clear();
  for (int round = 0; round < setup.rounds; ++round) {
    for (Way& way : ways) run_round(way, files, setup.channels);
  }
  WindowFigures figures;
  figures.pictures = static_cast<std::int64_t>(files.size());
  figures.rounds = setup.rounds;
  const auto count = static_cast<double>(files.size());
  for (const File& file : files) {
    figures.encoded_bytes += static_cast<double>(file.size) / count;
    figures.pixels += static_cast<double>(file.window.area()) / count;
  }
  for (Way& way : ways) {
    way.figure.microseconds = 1e6 * median(way.seconds) / count;
    figures.ways.push_back(way.figure);
  }
  return figures;
}

std::string windows_text(const WindowFigures& figures) {
  std::string text =
      formatted("%lld windows, %.0f bytes a picture, %.0f pixels a window; one thread of %s, median of %d\n",
                static_cast<long long>(figures.pictures), figures.encoded_bytes, figures.pixels, cpu_name().c_str(),
                figures.rounds);
  const double libjpeg = figures.ways.front().microseconds;
  for (const WindowFigure& way : figures.ways) {
    text += padded(way.decoder, 15) + padded(index_name(way.index_step), 24) +
            formatted("%7.1f us a window %6.2f times libjpeg-turbo", way.microseconds, libjpeg / way.microseconds);
    if (way.decoder != figures.ways.front().decoder) {
      text += formatted(", own %.1f %%", 100.0 * static_cast<double>(way.own) / static_cast<double>(figures.pictures));
    }
    if (way.index_step >= 0) text += formatted(", index of %.0f bytes", way.index_bytes);
    text += "\n";
  }
  return text;
}

std::string windows_json(const WindowFigures& figures) {
  nlohmann::ordered_json ways = nlohmann::ordered_json::array();
  for (const WindowFigure& way : figures.ways) {
    ways.push_back({{"decoder", way.decoder},
                    {"index", index_name(way.index_step)},
                    {"microseconds", way.microseconds},
                    {"times_libjpeg", figures.ways.front().microseconds / way.microseconds},
                    {"own_windows", way.own},
                    {"index_bytes", way.index_bytes}});
  }
  const nlohmann::ordered_json json = {{"cpu", cpu_name()},        {"pictures", figures.pictures},
                                       {"rounds", figures.rounds}, {"encoded_bytes", figures.encoded_bytes},
                                       {"pixels", figures.pixels}, {"ways", ways}};
  return json.dump(2) + "\n";
}

}  // namespace topfive::bench
