#include "topfive/data/open_source.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "topfive/base/error.h"
#include "topfive/base/text.h"
#include "topfive/data/cifar_binary.h"
#include "topfive/data/idx.h"
#include "topfive/data/ilsvrc2012.h"
#include "topfive/data/image_folder.h"
#include "topfive/data/limited_source.h"
#include "topfive/data/list_source.h"
#include "topfive/data/printable.h"
#include "topfive/data/recognise.h"
#include "topfive/data/row_indexed_source.h"
#include "topfive/data/shards.h"
#include "topfive/data/synthetic.h"

namespace topfive::data {
namespace {

namespace fs = std::filesystem;
using base::ExitCode;
using base::UserError;

void require_directory(const fs::path& directory, const std::string& layout) {
  std::error_code ignored;
  if (fs::is_directory(directory, ignored)) return;
  throw UserError(ExitCode::kInputMissing,
                  printable(directory.string()) + ": no such directory; --data DIR must hold " + layout);
}

std::string folder_of(Split split) { return split == Split::kTrain ? "train" : "val"; }

std::unique_ptr<SampleSource> open_folder(const fs::path& data_dir, Split split) {
  const std::string name = folder_of(split);
  require_directory(data_dir / name, "train/<class>/*.JPEG and val/<class>/*.JPEG");
  return std::make_unique<ImageFolderSource>(data_dir, name);
}

std::unique_ptr<SampleSource> open_whole(const DataConfig& config, const fs::path& data_dir, Split split) {
  switch (config.type == DataKind::kAuto ? recognise_data(data_dir) : config.type) {
    case DataKind::kImageFolder:
      return open_folder(data_dir, split);
    case DataKind::kIlsvrc2012:
      require_directory(data_dir, "ILSVRC2012_img_train.tar and ILSVRC2012_img_val.tar");
      return open_ilsvrc2012(data_dir, split);
    case DataKind::kShards:
      require_directory(data_dir, "train-*.tar and val-*.tar");
      return open_shards(data_dir, folder_of(split));
    case DataKind::kList:
      require_directory(data_dir, "train.txt and val.txt");
      return open_list(data_dir, folder_of(split));
    case DataKind::kIdx:
      require_directory(data_dir, "the four IDX files (train-images-idx3-ubyte, ...)");
      return std::make_unique<IdxSource>(data_dir, split);
    case DataKind::kCifarBinary:
      require_directory(data_dir, "CIFAR's binary files (data_batch_1.bin, ... or train.bin, test.bin)");
      return std::make_unique<CifarSource>(data_dir, split);
    case DataKind::kSynthetic:
      return std::make_unique<SyntheticSource>(config.synthetic, config.channels, split);
    case DataKind::kAuto:
      break;
  }
  throw std::logic_error("unknown data kind");
}

// Where all pictures have one size, they are pixels and no JPEG files.
bool uses_rows(const DataConfig& config, const SampleSource& source) {
  return config.row_index != RowIndexUse::kOff && config.decode == image::JpegDecoder::kAuto &&
         !source.fixed_height_width();
}

// "only in train: a, b, c and 4 more"; empty if there are none.
std::string difference(std::vector<std::string> names, std::vector<std::string> other, const std::string& where) {
  constexpr std::size_t kShown = 3;
  std::sort(names.begin(), names.end());
  std::sort(other.begin(), other.end());
  std::vector<std::string> only;
  std::set_difference(names.begin(), names.end(), other.begin(), other.end(), std::back_inserter(only));
  if (only.empty()) return "";
  const std::size_t more = only.size() - std::min(only.size(), kShown);
  only.resize(only.size() - more);
  return "; only in " + where + ": " + base::join(only) + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

}  // namespace

std::unique_ptr<SampleSource> open_source(const DataConfig& config, const fs::path& data_dir, Split split) {
  auto source = open_whole(config, data_dir, split);
  if (uses_rows(config, *source)) {
    // Evaluation sees each picture seldom, and most of it.
    const bool makes = config.row_index == RowIndexUse::kMake && split == Split::kTrain;
    source = with_row_indexes(std::move(source), data_dir, folder_of(split), makes);
  }
  const std::int64_t limit = split == Split::kTrain ? config.train_limit : config.eval_limit;
  if (limit == 0 || limit >= source->size()) return source;
  return std::make_unique<LimitedSource>(std::move(source), limit);
}

void check_same_classes(const SampleSource& train, const SampleSource& eval) {
  const auto& names = train.class_names();
  const auto& other = eval.class_names();
  if (names == other) return;
  throw UserError(ExitCode::kBadData, "the classes of training and evaluation differ (" + std::to_string(names.size()) +
                                          " and " + std::to_string(other.size()) + ")" +
                                          difference(names, other, "train") + difference(other, names, "val") +
                                          "; both need the same class folders");
}

}  // namespace topfive::data
