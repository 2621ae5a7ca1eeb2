#include "topfive/data/recognise.h"

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "topfive/base/error.h"
#include "topfive/base/text.h"
#include "topfive/data/ilsvrc2012.h"
#include "topfive/data/printable.h"
#include "topfive/data/shards.h"

namespace topfive::data {
namespace {

namespace fs = std::filesystem;

bool any_exists(const fs::path& directory, std::initializer_list<const char*> names) {
  std::error_code ignored;
  for (const char* name : names) {
    if (fs::exists(directory / name, ignored)) return true;
  }
  return false;
}

bool has_folder_in(const fs::path& directory) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_directory(error)) return true;
  }
  return false;
}

struct KnownLayout {
  DataKind kind;
  const char* name;
  const char* looks_like;
  std::function<bool(const fs::path&)> is_there;
};

const std::vector<KnownLayout>& known_layouts() {
  static const std::vector<KnownLayout> kLayouts = {
      {DataKind::kImageFolder, "image_folder", "train/<class>/*.JPEG",
       [](const fs::path& dir) { return has_folder_in(dir / "train") || has_folder_in(dir / "val"); }},
      {DataKind::kIlsvrc2012, "ilsvrc2012", "ILSVRC2012_img_train.tar", has_ilsvrc2012},
      {DataKind::kShards, "shards", "train-*.tar",
       [](const fs::path& dir) { return !find_shards(dir, "train").empty() || !find_shards(dir, "val").empty(); }},
      {DataKind::kList, "list", "train.txt",
       [](const fs::path& dir) {
         return any_exists(dir, {"train.txt", "val.txt"});
       }},
      {DataKind::kIdx, "idx", "train-images-idx3-ubyte",
       [](const fs::path& dir) {
         return any_exists(dir, {"train-images-idx3-ubyte", "train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte",
                                 "t10k-images-idx3-ubyte.gz"});
       }},
      {DataKind::kCifarBinary, "cifar_binary", "data_batch_1.bin",
       [](const fs::path& dir) {
         return any_exists(dir, {"data_batch_1.bin", "test_batch.bin", "train.bin"});
       }},
  };
  return kLayouts;
}

}  // namespace

DataKind recognise_data(const fs::path& data_dir) {
  std::vector<std::string> looked_for;
  std::vector<std::string> found;
  DataKind kind = DataKind::kAuto;
  for (const KnownLayout& layout : known_layouts()) {
    looked_for.push_back(std::string(layout.looks_like) + " (" + layout.name + ")");
    if (!layout.is_there(data_dir)) continue;
    kind = layout.kind;
    found.emplace_back(layout.name);
  }
  if (found.size() == 1) return kind;
  std::error_code ignored;
  const std::string where = printable(data_dir.string()) + ": ";
  if (!fs::is_directory(data_dir, ignored)) {
    throw base::UserError(base::ExitCode::kInputMissing, where + "no such directory; check --data");
  }
  if (found.empty()) {
    throw base::UserError(base::ExitCode::kInputMissing,
                          where + "no data set recognised; --data DIR must hold one of: " + base::join(looked_for));
  }
  throw base::UserError(base::ExitCode::kConfig, where + "holds several data sets (" + base::join(found) +
                                                     "); say which: --set data.type=" + found.front());
}

}  // namespace topfive::data
