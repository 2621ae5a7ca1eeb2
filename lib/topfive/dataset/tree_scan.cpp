#include "topfive/dataset/tree_scan.h"

#include <algorithm>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/data/image_folder.h"
#include "topfive/data/picture_file.h"
#include "topfive/data/printable.h"

namespace topfive::dataset {
namespace {

namespace fs = std::filesystem;

struct Entries {
  std::vector<std::string> folders;  // sorted, as the others
  std::vector<std::string> hidden_folders;
  std::vector<std::string> pictures;
  std::vector<std::string> other;
  std::string error;  // why the listing ended early
};

void sort_in(Entries& entries, const fs::directory_entry& entry) {
  std::error_code ignored;
  std::string name = entry.path().filename().string();
  const bool hidden = name.front() == '.';
  if (entry.is_directory(ignored)) {
    (hidden ? entries.hidden_folders : entries.folders).push_back(std::move(name));
  } else {
    (!hidden && data::is_picture_name(name) ? entries.pictures : entries.other).push_back(std::move(name));
  }
}

Entries list_entries(const fs::path& directory) {
  Entries entries;
  std::error_code error;
  fs::directory_iterator iterator(directory, error);
  while (!error && iterator != fs::directory_iterator()) {
    sort_in(entries, *iterator);
    iterator.increment(error);
  }
  if (error) entries.error = error.message();
  for (auto* names : {&entries.folders, &entries.hidden_folders, &entries.pictures, &entries.other}) {
    std::sort(names->begin(), names->end());
  }
  return entries;
}

void add_each(FindingLog& log, Problem problem, const std::string& place, const std::vector<std::string>& names) {
  for (const std::string& name : names) log.add(problem, {place + "/" + data::printable(name), ""});
}

void append_pictures(data::FolderIndex& index, const std::string& class_name, const std::vector<std::string>& files) {
  index.class_names.push_back(class_name);
  for (const std::string& file : files) {
    index.file_names += file;
    index.name_begin.push_back(index.file_names.size());
  }
  index.class_begin.push_back(index.class_begin.back() + static_cast<std::int64_t>(files.size()));
}

}  // namespace

TreeSource::TreeSource(const fs::path& data_dir, const std::string& split, FindingLog& log)
    : directory_(data_dir / split), split_(split) {
  const Entries top = list_entries(directory_);
  if (!top.error.empty()) {
    throw base::UserError(base::ExitCode::kIo,
                          data::printable(directory_.string()) + ": cannot list the directory: " + top.error);
  }
  index_.class_begin.push_back(0);
  index_.name_begin.push_back(0);
  add_each(log, Problem::kHiddenFolder, split_, top.hidden_folders);
  add_each(log, Problem::kIgnoredFile, split_, top.other);
  flat_ = top.folders.empty() && !top.pictures.empty();
  if (flat_) {
    log.add(Problem::kFlatSplit, {split_, std::to_string(top.pictures.size()) + " pictures"});
    append_pictures(index_, "", top.pictures);
    return;
  }
  if (top.folders.empty()) log.add(Problem::kNoClasses, {split_, ""});
  add_each(log, Problem::kIgnoredFile, split_, top.pictures);
  for (const std::string& name : top.folders) add_class(name, log);
}

void TreeSource::add_class(const std::string& name, FindingLog& log) {
  const std::string place = split_ + "/" + data::printable(name);
  const Entries entries = list_entries(directory_ / name);
  if (!entries.error.empty()) log.add(Problem::kUnreadable, {place, "cannot list the folder: " + entries.error});
  add_each(log, Problem::kNestedFolder, place, entries.folders);
  add_each(log, Problem::kIgnoredFile, place, entries.hidden_folders);
  add_each(log, Problem::kIgnoredFile, place, entries.other);
  if (entries.pictures.empty()) log.add(Problem::kEmptyClass, {place, ""});
  append_pictures(index_, name, entries.pictures);
}

std::string TreeSource::relative_path(std::int64_t index) const {
  const std::string file(index_.file_name(index));
  return flat_ ? file : index_.class_names[static_cast<std::size_t>(label(index))] + "/" + file;
}

std::string TreeSource::name(std::int64_t index) const { return split_ + "/" + data::printable(relative_path(index)); }

data::RawSample TreeSource::read(std::int64_t index, std::vector<std::byte>& buffer) const {
  try {
    base::read_binary_file(directory_ / relative_path(index), data::ImageFolderSource::kMaxFileBytes, buffer);
  } catch (const base::UserError& error) {
    throw data::SampleError(data::printable(error.what()));
  }
  data::RawSample sample;
  sample.bytes = buffer;
  return sample;
}

}  // namespace topfive::dataset
