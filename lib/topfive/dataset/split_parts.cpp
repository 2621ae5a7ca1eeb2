#include "topfive/dataset/split_parts.h"

#include <array>
#include <cstdio>

#include "topfive/base/config_document.h"
#include "topfive/base/config_node.h"
#include "topfive/base/error.h"
#include "topfive/base/text.h"
#include "topfive/data/printable.h"
#include "topfive/data/recognise.h"

namespace topfive::dataset {

std::vector<data::Split> splits_named(const std::string& name) {
  if (name == "all") return {data::Split::kTrain, data::Split::kEval};
  if (name == "train") return {data::Split::kTrain};
  if (name == "val") return {data::Split::kEval};
  throw base::UserError(base::ExitCode::kUsage, "--split: " + base::in_quotes(name) + " is not one of train, val, all" +
                                                    base::did_you_mean(name, {"train", "val", "all"}));
}

const char* split_text(data::Split split) { return split == data::Split::kTrain ? "train" : "val"; }

data::DataConfig config_of_type(const std::string& type) {
  const nlohmann::json section = {{"type", type}};
  const std::string text = section.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  try {
    const auto document = base::ConfigDocument::parse(text, "--type");
    data::DataConfig config = data::DataConfig::fields().parse(base::ConfigNode(document));
    config.row_index = data::RowIndexUse::kOff;
    return config;
  } catch (const base::UserError& error) {
    throw base::UserError(base::ExitCode::kUsage, error.what());
  }
}

const char* kind_name(data::DataKind kind) {
  switch (kind) {
    case data::DataKind::kAuto:
      return "auto";
    case data::DataKind::kImageFolder:
      return "image_folder";
    case data::DataKind::kIlsvrc2012:
      return "ilsvrc2012";
    case data::DataKind::kShards:
      return "shards";
    case data::DataKind::kList:
      return "list";
    case data::DataKind::kIdx:
      return "idx";
    case data::DataKind::kCifarBinary:
      return "cifar_binary";
    case data::DataKind::kSynthetic:
      break;
  }
  return "synthetic";
}

data::DataKind kind_in(const std::filesystem::path& directory, data::DataKind kind) {
  if (kind != data::DataKind::kAuto) return kind;
  try {
    return data::recognise_data(directory);
  } catch (const base::UserError& error) {
    std::error_code ignored;
    const bool has_split = std::filesystem::is_directory(directory / "train", ignored) ||
                           std::filesystem::is_directory(directory / "val", ignored);
    if (error.code() != base::ExitCode::kInputMissing || !has_split) throw;
    return data::DataKind::kImageFolder;
  }
}

void require_data_directory(const std::filesystem::path& directory) {
  std::error_code ignored;
  if (std::filesystem::is_directory(directory, ignored)) return;
  throw base::UserError(base::ExitCode::kInputMissing,
                        data::printable(directory.string()) + ": no such directory; name the data set's directory");
}

std::string format_bytes(double bytes) {
  static constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < kUnits.size(); ++unit) bytes /= 1024;
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.*f %s", unit == 0 ? 0 : 1, bytes, kUnits[unit]);
  return text.data();
}

}  // namespace topfive::dataset
