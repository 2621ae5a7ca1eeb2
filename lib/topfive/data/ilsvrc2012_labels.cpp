#include <algorithm>
#include <array>
#include <filesystem>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/text.h"
#include "topfive/data/class_list.h"
#include "topfive/data/gzip.h"
#include "topfive/data/ilsvrc2012.h"
#include "topfive/data/ilsvrc2012_parts.h"
#include "topfive/data/printable.h"
#include "topfive/data/tar_reader.h"

namespace topfive::data {
namespace {

namespace fs = std::filesystem;
using base::ExitCode;
using base::UserError;

constexpr std::uint64_t kMaxTruthBytes = std::uint64_t{16} << 20U;
constexpr std::uint64_t kMaxDevkitBytes = std::uint64_t{64} << 20U;

[[noreturn]] void refuse_label(const std::string& where, const std::string& what) {
  throw UserError(ExitCode::kBadData, printable(where) + ": " + what);
}

std::vector<int> parse_ground_truth(const std::string& text, const std::string& where) {
  std::vector<int> ids;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const auto id = parse_label(std::string_view(text).substr(begin, end - begin));
    if (!id || *id < 1 || *id > 1000) {
      refuse_label(where, "line " + std::to_string(ids.size() + 1) + " is no class number from 1 to 1000");
    }
    ids.push_back(static_cast<int>(*id));
    begin = end + 1;
  }
  return ids;
}

// The ground truth inside the development kit, which is unfolded in memory up to a bound.
std::string truth_in_devkit(const fs::path& path) {
  std::vector<std::byte> compressed;
  base::read_binary_file(path, kMaxDevkitBytes, compressed);
  const auto content = unfold_gzip(compressed, printable(path.string()), kMaxDevkitBytes);
  const MemoryBytes bytes(content, printable(path.string()));
  TarReader reader(bytes);
  while (const auto member = reader.next()) {
    if (fs::path(member->name).filename() == kIlsvrcTruth) return reader.content(*member, kMaxTruthBytes);
  }
  refuse_label(path.string(), std::string("holds no ") + kIlsvrcTruth + "; download it again");
}

}  // namespace

std::vector<int> read_ground_truth(const fs::path& data_dir) {
  std::error_code ignored;
  const fs::path truth = data_dir / kIlsvrcTruth;
  if (fs::exists(truth, ignored)) {
    return parse_ground_truth(base::read_text_file(truth, kMaxTruthBytes), truth.string());
  }
  const fs::path devkit = data_dir / kIlsvrcDevkit;
  if (fs::exists(devkit, ignored)) return parse_ground_truth(truth_in_devkit(devkit), devkit.string());
  throw UserError(ExitCode::kInputMissing, printable(data_dir.string()) +
                                               ": the labels of the validation pictures are missing; put " +
                                               kIlsvrcDevkit + " or " + kIlsvrcTruth + " there");
}

ValidationLabels::ValidationLabels(const std::vector<int>& ground_truth, const std::vector<std::string>& class_names) {
  const auto& table = imagenet_classes();
  const auto label_of_id = labels_by_devkit_id(table);
  for (const int id : ground_truth) {
    const std::string& wnid = table[static_cast<std::size_t>(label_of_id[static_cast<std::size_t>(id) - 1])].wnid;
    const auto found = std::lower_bound(class_names.begin(), class_names.end(), wnid);
    const bool exists = found != class_names.end() && *found == wnid;
    labels_.push_back(exists ? static_cast<int>(found - class_names.begin()) : -1);
  }
  seen_.resize(labels_.size());
}

std::size_t ValidationLabels::label_of(const std::string& file_name) {
  constexpr std::string_view kPrefix = "ILSVRC2012_val_";
  const std::string digits = fs::path(file_name).stem().string();
  const auto number = digits.starts_with(kPrefix) ? parse_label(digits.substr(kPrefix.size())) : std::nullopt;
  if (!number || *number < 1) refuse_label(file_name, "not a validation picture's name (ILSVRC2012_val_00000001.JPEG)");
  if (*number > labels_.size()) {
    refuse_label(file_name, "the ground truth has only " +
                                base::with_thousands(static_cast<long long>(labels_.size())) +
                                " lines; it belongs to other pictures");
  }
  const std::size_t i = *number - 1;
  if (seen_[i]) refuse_label(file_name, "the picture is there twice");
  if (labels_[i] < 0) refuse_label(file_name, "the training archive has no pictures of its class");
  seen_[i] = true;
  return static_cast<std::size_t>(labels_[i]);
}

void ValidationLabels::expect_all(const std::string& where) const {
  const auto missing = std::find(seen_.begin(), seen_.end(), false);
  if (missing == seen_.end()) return;
  refuse_label(where, "the ground truth has " + base::with_thousands(static_cast<long long>(seen_.size())) +
                          " lines, but picture " + std::to_string(missing - seen_.begin() + 1) +
                          " is missing; copy the pictures again");
}

}  // namespace topfive::data
