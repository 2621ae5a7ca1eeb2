#include "topfive/data/cifar_binary.h"

#include <algorithm>
#include <sstream>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/sha256.h"
#include "topfive/data/printable.h"

namespace topfive::data {
namespace {

namespace fs = std::filesystem;
using base::ExitCode;
using base::UserError;

constexpr int kSide = 32;
constexpr std::int64_t kPlane = kSide * kSide;
constexpr std::int64_t kPixelBytes = 3 * kPlane;
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30U;

struct Variant {
  std::vector<std::string> train_files;
  std::string test_file;
  std::string names_file;
  int classes;
  int label_bytes;
};

const Variant& cifar10() {
  static const Variant kVariant = {
      {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
      "test_batch.bin",
      "batches.meta.txt",
      10,
      1};
  return kVariant;
}

const Variant& cifar100() {
  static const Variant kVariant = {{"train.bin"}, "test.bin", "fine_label_names.txt", 100, 2};
  return kVariant;
}

bool holds(const fs::path& directory, const Variant& variant) {
  std::error_code ignored;
  return fs::exists(directory / variant.train_files.front(), ignored) ||
         fs::exists(directory / variant.test_file, ignored);
}

const Variant& variant_in(const fs::path& directory) {
  const bool ten = holds(directory, cifar10());
  const bool hundred = holds(directory, cifar100());
  if (ten && hundred) {
    throw UserError(ExitCode::kBadData, printable(directory.string()) +
                                            ": holds both CIFAR-10 and CIFAR-100; give each its "
                                            "own directory");
  }
  if (!ten && !hundred) {
    throw UserError(ExitCode::kInputMissing, printable(directory.string()) +
                                                 ": no CIFAR files; --data DIR must hold data_batch_1.bin to "
                                                 "data_batch_5.bin and test_batch.bin, or train.bin and test.bin");
  }
  return ten ? cifar10() : cifar100();
}

std::vector<std::string> non_empty_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) lines.push_back(printable(line));
  }
  return lines;
}

std::vector<std::string> read_class_names(const fs::path& path, int classes) {
  std::vector<std::string> names;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    for (int i = 0; i < classes; ++i) names.push_back(std::to_string(i));
    return names;
  }
  constexpr std::uint64_t kMaxBytes = 1U << 16U;
  names = non_empty_lines(base::read_text_file(path, kMaxBytes));
  if (names.size() != static_cast<std::size_t>(classes)) {
    throw UserError(ExitCode::kBadData, printable(path.string()) + ": " + std::to_string(names.size()) +
                                            " class names, expected " + std::to_string(classes));
  }
  return names;
}

}  // namespace

CifarSource::CifarSource(const fs::path& data_dir, Split split) {
  const Variant& variant = variant_in(data_dir);
  label_bytes_ = variant.label_bytes;
  class_names_ = read_class_names(data_dir / variant.names_file, variant.classes);
  if (split == Split::kEval) {
    load(data_dir / variant.test_file);
  } else {
    for (const std::string& name : variant.train_files) load(data_dir / name);
  }
  base::Sha256 hash;
  hash.update("cifar_binary");
  for (const std::string& name : class_names_) hash.update(name + "\n");
  std::string labels;
  for (std::int64_t i = 0; i < size(); ++i) labels += static_cast<char>(label(i));
  hash.update(labels);
  fingerprint_ = hash.finish();
}

void CifarSource::load(const fs::path& path) {
  File file;
  file.name = path.filename().string();
  file.first = size();
  base::read_binary_file(path, kMaxFileBytes, file.records);
  const auto bytes = static_cast<std::int64_t>(file.records.size());
  const std::string shown_path = printable(path.string());
  if (bytes == 0 || bytes % record_bytes() != 0) {
    throw UserError(ExitCode::kBadData, shown_path + ": has " + std::to_string(bytes) +
                                            " bytes, which is no multiple of the record size " +
                                            std::to_string(record_bytes()) + "; download the file again");
  }
  check_labels(file, shown_path);
  files_.push_back(std::move(file));
}

void CifarSource::check_labels(const File& file, const std::string& shown_path) const {
  const auto records = static_cast<std::int64_t>(file.records.size()) / record_bytes();
  for (std::int64_t i = 0; i < records; ++i) {
    const auto at = static_cast<std::size_t>(i * record_bytes() + label_bytes_ - 1);
    const int label = std::to_integer<int>(file.records[at]);
    if (label < static_cast<int>(class_names_.size())) continue;
    throw UserError(ExitCode::kBadData, shown_path + ": record " + std::to_string(i) + " has the label " +
                                            std::to_string(label) + ", but there are " +
                                            std::to_string(class_names_.size()) + " classes");
  }
}

std::int64_t CifarSource::record_bytes() const { return label_bytes_ + kPixelBytes; }

std::int64_t CifarSource::size() const {
  if (files_.empty()) return 0;
  const File& last = files_.back();
  return last.first + static_cast<std::int64_t>(last.records.size()) / record_bytes();
}

const CifarSource::File& CifarSource::file_of(std::int64_t index) const {
  const auto after = std::upper_bound(files_.begin(), files_.end(), index,
                                      [](std::int64_t value, const File& file) { return value < file.first; });
  return *std::prev(after);
}

const std::byte* CifarSource::record(std::int64_t index) const {
  const File& file = file_of(index);
  return file.records.data() + (index - file.first) * record_bytes();
}

int CifarSource::label(std::int64_t index) const { return std::to_integer<int>(record(index)[label_bytes_ - 1]); }

std::string CifarSource::name(std::int64_t index) const {
  const File& file = file_of(index);
  return file.name + ", image " + std::to_string(index - file.first);
}

RawSample CifarSource::read(std::int64_t index, std::vector<std::byte>& buffer) const {
  const std::byte* planes = record(index) + label_bytes_;
  buffer.resize(kPixelBytes);
  for (std::int64_t pixel = 0; pixel < kPlane; ++pixel) {
    for (std::int64_t channel = 0; channel < 3; ++channel) {
      buffer[static_cast<std::size_t>(3 * pixel + channel)] = planes[channel * kPlane + pixel];
    }
  }
  RawSample sample;
  sample.encoded = false;
  sample.bytes = buffer;
  sample.height = kSide;
  sample.width = kSide;
  sample.channels = 3;
  return sample;
}

std::optional<std::pair<int, int>> CifarSource::fixed_height_width() const { return std::pair(kSide, kSide); }

}  // namespace topfive::data
