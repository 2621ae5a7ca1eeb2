#include "dataset/data_set.h"

#include <algorithm>
#include <sstream>

#include <nlohmann/json.hpp>

#include "topfive/dataset/verify.h"

#include "image/picture.h"

namespace topfive::tests {

namespace fs = std::filesystem;

test::Bytes jpeg_of(int number) {
  image::Image picture = test::smooth_picture({24 + number % 5, 20}, 3);
  picture.at<cv::Vec3b>(10, 10) = cv::Vec3b(0, 0, 0);
  picture(cv::Rect(0, 0, 8, 8)).setTo(cv::Scalar(number * 37 % 256, number / 7 * 31 % 256, number % 251));
  return test::make_jpeg(picture);
}

std::string as_text(const test::Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

void make_data_set(const fs::path& directory, const std::vector<std::string>& classes, int train_each, int val_each) {
  int number = 0;
  for (const std::string& name : classes) {
    for (int i = 0; i < train_each; ++i) {
      write_file(directory / "train" / name / (std::to_string(i) + ".JPEG"), as_text(jpeg_of(++number)));
    }
    for (int i = 0; i < val_each; ++i) {
      write_file(directory / "val" / name / ("v" + std::to_string(i) + ".JPEG"), as_text(jpeg_of(++number)));
    }
  }
}

void make_large_pictures(const fs::path& directory, int number) {
  test::JpegOptions options;
  options.quality = 95;
  for (int i = 0; i < number; ++i) {
    const auto picture = test::formula_picture({200, 260}, 3, 3 * static_cast<std::uint64_t>(i) + 1);
    write_file(directory / "train" / (i % 2 == 0 ? "cat" : "dog") / (std::to_string(i) + ".JPEG"),
               as_text(test::make_jpeg(picture, options)));
  }
}

VerifyOutcome verify(const fs::path& directory, const fs::path& fix, int threads) {
  const TemporaryDirectory scratch;
  dataset::VerifyRequest request;
  request.directory = directory;
  request.threads = threads;
  request.json = scratch / "report.json";
  request.fix = fix;
  std::ostringstream out;
  VerifyOutcome outcome;
  outcome.exit_code = static_cast<int>(dataset::run_verify(request, out));
  outcome.text = out.str();
  outcome.json = content_of(request.json);
  const auto report = nlohmann::json::parse(outcome.json);
  for (const auto& problem : report["problems"]) {
    auto& lines = outcome.problems[problem["problem"].get<std::string>()];
    for (const auto& finding : problem["findings"]) {
      const auto detail = finding["detail"].get<std::string>();
      lines.push_back(finding["subject"].get<std::string>() + (detail.empty() ? "" : ": " + detail));
    }
  }
  return outcome;
}

std::vector<std::string> files_below(const fs::path& directory) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_symlink() || !entry.is_directory())
      files.push_back(entry.path().lexically_relative(directory).string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace topfive::tests
