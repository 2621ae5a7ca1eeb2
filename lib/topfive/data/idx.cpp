#include "topfive/data/idx.h"

#include <algorithm>

#include "topfive/base/error.h"
#include "topfive/base/sha256.h"
#include "topfive/data/printable.h"

namespace topfive::data {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMaxSide = 65536;

// The plain file, or the compressed one where only that exists.
fs::path find_file(const fs::path& directory, const std::string& name) {
  std::error_code ignored;
  for (const char* suffix : {"", ".gz"}) {
    if (fs::path path = directory / (name + suffix); fs::exists(path, ignored)) return path;
  }
  throw base::UserError(base::ExitCode::kInputMissing,
                        printable((directory / name).string()) +
                            ": no such file, nor with .gz added; --data DIR must hold train-images-idx3-ubyte, "
                            "train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte");
}

std::string prefix_of(Split split) { return split == Split::kTrain ? "train" : "t10k"; }

std::vector<std::string> names_for(std::span<const std::byte> labels) {
  constexpr int kDigits = 10;
  const auto largest = std::to_integer<int>(*std::max_element(labels.begin(), labels.end()));
  std::vector<std::string> names;
  for (int i = 0; i < std::max(kDigits, largest + 1); ++i) names.push_back(std::to_string(i));
  return names;
}

std::string hash_of(const IdxFile& images, const IdxFile& labels) {
  base::Sha256 hash;
  hash.update("idx");
  for (const std::int64_t extent : images.dimensions) hash.update(" " + std::to_string(extent));
  hash.update(labels.values());
  return hash.finish();
}

}  // namespace

IdxSource::IdxSource(const fs::path& data_dir, Split split) {
  const fs::path images = find_file(data_dir, prefix_of(split) + "-images-idx3-ubyte");
  const fs::path labels = find_file(data_dir, prefix_of(split) + "-labels-idx1-ubyte");
  file_name_ = images.filename().string();
  images_ = read_idx_file(images, 3);
  labels_ = read_idx_file(labels, 1);
  if (images_.dimensions[1] > kMaxSide || images_.dimensions[2] > kMaxSide) {
    throw base::UserError(base::ExitCode::kBadData,
                          printable(images.string()) + ": pictures above 65536 pixels a side");
  }
  if (labels_.dimensions[0] != images_.dimensions[0]) {
    throw base::UserError(base::ExitCode::kBadData, printable(labels.string()) + ": " +
                                                        std::to_string(labels_.dimensions[0]) + " labels for " +
                                                        std::to_string(images_.dimensions[0]) + " pictures in " +
                                                        file_name_ + "; the two files do not belong together");
  }
  class_names_ = names_for(labels_.values());
  fingerprint_ = hash_of(images_, labels_);
}

int IdxSource::label(std::int64_t index) const {
  return std::to_integer<int>(labels_.values()[static_cast<std::size_t>(index)]);
}

std::string IdxSource::name(std::int64_t index) const { return file_name_ + ", image " + std::to_string(index); }

RawSample IdxSource::read(std::int64_t index, std::vector<std::byte>& /*buffer*/) const {
  const std::int64_t height = images_.dimensions[1];
  const std::int64_t width = images_.dimensions[2];
  RawSample sample;
  sample.encoded = false;
  sample.height = static_cast<int>(height);
  sample.width = static_cast<int>(width);
  sample.channels = 1;
  sample.bytes = images_.values().subspan(static_cast<std::size_t>(index * height * width),
                                          static_cast<std::size_t>(height * width));
  return sample;
}

std::optional<std::pair<int, int>> IdxSource::fixed_height_width() const {
  return std::pair(static_cast<int>(images_.dimensions[1]), static_cast<int>(images_.dimensions[2]));
}

}  // namespace topfive::data
