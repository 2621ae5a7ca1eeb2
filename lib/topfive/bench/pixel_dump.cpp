#include "topfive/bench/pixel_dump.h"

#include <array>
#include <fstream>
#include <sstream>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/text.h"
#include "topfive/bench/data_bench.h"
#include "topfive/data/sample_reader.h"
#include "topfive/engine/assembly.h"
#include "topfive/image/picture.h"

namespace topfive::bench {
namespace {

using base::ExitCode;
using base::UserError;

constexpr std::uint64_t kMaxListBytes = std::uint64_t{64} << 20U;
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30U;

class PixelFile {
 public:
  explicit PixelFile(const std::filesystem::path& path) : path_(path), file_(path, std::ios::binary) {
    if (!file_) throw UserError(ExitCode::kCannotCreate, path.string() + ": cannot be created; check the directory");
  }
  void write(const std::vector<std::uint8_t>& pixels) {
    file_.write(reinterpret_cast<const char*>(pixels.data()), static_cast<std::streamsize>(pixels.size()));
    if (!file_) throw UserError(ExitCode::kIo, path_.string() + ": writing failed; is the disk full?");
    ++pictures_;
  }
  std::string summary(const cv::Size& size, int channels) {
    file_.close();
    if (!file_) throw UserError(ExitCode::kIo, path_.string() + ": writing failed; is the disk full?");
    return path_.string() + ": " + base::with_thousands(pictures_) + " pictures of " + std::to_string(size.height) +
           "x" + std::to_string(size.width) + "x" + std::to_string(channels) + " bytes\n";
  }

 private:
  std::filesystem::path path_;
  std::ofstream file_;
  long long pictures_ = 0;
};

void read_sample(data::SampleReader& reader, const data::SampleSource& source, std::int64_t index,
                 std::vector<std::uint8_t>& pixels) {
  std::int64_t label = 0;
  std::int64_t sample_id = 0;
  std::array<float, 3> colour_shift{};
  try {
    reader.read(index, 0, {pixels.data(), &label, &sample_id, colour_shift.data()});
  } catch (const data::SampleError& error) {
    throw UserError(ExitCode::kBadData, source.name(index) + ": " + error.what());
  } catch (const image::DecodeError& error) {
    throw UserError(ExitCode::kBadData, source.name(index) + ": " + error.what());
  }
}

struct FileWindow {
  cv::Rect window;
  bool flip = false;
  std::filesystem::path file;
};

FileWindow parse_window(const std::string& line, const std::string& place) {
  std::istringstream words(line);
  FileWindow result;
  int flip = -1;
  cv::Rect& window = result.window;
  words >> window.x >> window.y >> window.width >> window.height >> flip >> std::ws;
  std::string path;
  std::getline(words, path);
  const bool valid = window.x >= 0 && window.y >= 0 && window.width > 0 && window.height > 0 && !path.empty();
  if (!valid || (flip != 0 && flip != 1)) {
    throw UserError(ExitCode::kBadData, place + ": expected left, top, width, height, 0 or 1, and a path");
  }
  result.flip = flip == 1;
  result.file = path;
  return result;
}

// Wide enough that the sum of two numbers from a file cannot overflow.
bool inside(const cv::Rect& window, cv::Size picture) {
  return std::int64_t{window.x} + window.width <= picture.width &&
         std::int64_t{window.y} + window.height <= picture.height;
}

void scale_window(const FileWindow& task, const std::vector<std::byte>& bytes, cv::Size size,
                  image::PictureTools& tools, std::uint8_t* out) {
  image::Picture picture(bytes, image::OpenOptions{}, tools);
  if (!inside(task.window, picture.size())) {
    throw UserError(ExitCode::kBadData, task.file.string() + ": the window reaches beyond the picture");
  }
  picture.crop(task.window);
  picture.resize(size, image::Filter::kPilBilinear);
  if (task.flip) picture.mirror();
  picture.write(out);
}

}  // namespace

std::string dump_samples(const SamplePixelsRequest& request) {
  const data::Split split = split_of(request.split);
  const auto config = engine::load_run_config(engine::find_config(request.config), request.overrides);
  const engine::SplitInput input(config, request.data_directory, split);
  const int channels = config.data.channels;
  const cv::Size size = input.pipeline().output_size();
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(channels));
  data::SampleReader reader(input.source(), input.pipeline(), engine::reader_options(config));
  PixelFile out(request.out);
  for (std::int64_t index = 0; index < input.source().size(); ++index) {
    read_sample(reader, input.source(), index, pixels);
    out.write(pixels);
  }
  return out.summary(size, channels);
}

std::string dump_windows(const WindowPixelsRequest& request) {
  std::istringstream lines(base::read_text_file(request.windows, kMaxListBytes));
  const cv::Size size(request.size, request.size);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(size.area()) * 3);
  std::vector<std::byte> bytes;
  image::PictureTools tools;
  PixelFile out(request.out);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto task = parse_window(line, request.windows.string() + ":" + std::to_string(++number));
    base::read_binary_file(task.file, kMaxFileBytes, bytes);
    try {
      scale_window(task, bytes, size, tools, pixels.data());
    } catch (const image::DecodeError& error) {
      throw UserError(ExitCode::kBadData, task.file.string() + ": " + error.what());
    }
    out.write(pixels);
  }
  return out.summary(size, 3);
}

}  // namespace topfive::bench
