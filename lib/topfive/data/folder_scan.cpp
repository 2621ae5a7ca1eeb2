#include "topfive/data/folder_scan.h"

#include <algorithm>

#include "topfive/base/error.h"
#include "topfive/data/picture_file.h"
#include "topfive/data/printable.h"

namespace topfive::data {
namespace {

namespace fs = std::filesystem;
using base::ExitCode;
using base::UserError;

struct Listing {
  std::vector<std::string> folders;
  std::vector<std::string> hidden_folders;
  std::vector<std::string> pictures;
  std::int64_t other = 0;  // files that are neither pictures nor visible
};

// The kind comes from the directory itself where the file system gives it: no stat() per picture,
// which network file systems charge dearly. Anything with a picture's name counts as one, a broken
// link too; reading it then fails by name instead of the picture going missing without a word.
void add_entry(Listing& listing, const fs::directory_entry& entry) {
  std::error_code ignored_error;
  std::string name = entry.path().filename().string();
  const bool hidden = name.front() == '.';
  if (entry.is_directory(ignored_error)) {
    (hidden ? listing.hidden_folders : listing.folders).push_back(std::move(name));
  } else if (!hidden && is_picture_name(name)) {
    listing.pictures.push_back(std::move(name));
  } else {
    ++listing.other;
  }
}

Listing list_directory(const fs::path& directory) {
  Listing listing;
  std::error_code error;
  fs::directory_iterator entries(directory, error);
  while (!error && entries != fs::directory_iterator()) {
    add_entry(listing, *entries);
    entries.increment(error);
  }
  if (error) {
    throw UserError(ExitCode::kIo, printable(directory.string()) + ": cannot list the directory: " + error.message());
  }
  std::sort(listing.folders.begin(), listing.folders.end());
  std::sort(listing.hidden_folders.begin(), listing.hidden_folders.end());
  std::sort(listing.pictures.begin(), listing.pictures.end());
  return listing;
}

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  throw UserError(ExitCode::kBadData, printable(path.string()) + ": " + what);
}

void check_top_level(const fs::path& directory, const Listing& listing) {
  if (!listing.hidden_folders.empty()) {
    refuse(directory / listing.hidden_folders.front(),
           "a hidden folder among the class folders would count as a class elsewhere and shift the "
           "labels; remove it");
  }
  if (listing.folders.empty() && !listing.pictures.empty()) {
    refuse(directory,
           "holds pictures but no class folders; sort them into one folder per class first (for the "
           "ImageNet validation set: val/<wordnet id>/*.JPEG)");
  }
  if (listing.folders.empty()) refuse(directory, "holds no class folders (<class>/*.JPEG)");
}

void check_class(const fs::path& directory, const Listing& listing) {
  if (!listing.folders.empty()) {
    refuse(directory / listing.folders.front(),
           "a folder inside a class folder; pictures must lie directly in <class>/");
  }
  if (listing.pictures.empty()) {
    refuse(directory, "the class folder holds no .jpeg, .jpg or .png files; add some or remove it");
  }
}

void check_class_name(const fs::path& directory, const std::string& name) {
  if (printable(name) == name) return;
  refuse(directory / name, "the class name has control characters or is not UTF-8; rename the folder");
}

void append_class(FolderIndex& index, const std::string& name, const Listing& listing) {
  index.class_names.push_back(name);
  for (const std::string& file : listing.pictures) {
    index.file_names += file;
    index.name_begin.push_back(index.file_names.size());
  }
  index.class_begin.push_back(index.class_begin.back() + static_cast<std::int64_t>(listing.pictures.size()));
  index.ignored += listing.other + static_cast<std::int64_t>(listing.hidden_folders.size());
}

}  // namespace

int FolderIndex::label(std::int64_t index) const {
  const auto after = std::upper_bound(class_begin.begin(), class_begin.end(), index);
  return static_cast<int>(after - class_begin.begin()) - 1;
}

std::string_view FolderIndex::file_name(std::int64_t index) const {
  const auto i = static_cast<std::size_t>(index);
  return std::string_view(file_names).substr(name_begin[i], name_begin[i + 1] - name_begin[i]);
}

FolderIndex scan_folder(const fs::path& directory) {
  const Listing top = list_directory(directory);
  check_top_level(directory, top);
  FolderIndex index;
  index.class_begin.push_back(0);
  index.name_begin.push_back(0);
  index.ignored = top.other + static_cast<std::int64_t>(top.pictures.size());
  for (const std::string& name : top.folders) {
    check_class_name(directory, name);
    const Listing listing = list_directory(directory / name);
    check_class(directory / name, listing);
    append_class(index, name, listing);
  }
  return index;
}

}  // namespace topfive::data
