#include "topfive/dataset/link_tree.h"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include <unistd.h>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/text.h"
#include "topfive/data/ilsvrc2012.h"
#include "topfive/data/ilsvrc2012_parts.h"
#include "topfive/data/printable.h"
#include "topfive/dataset/class_names.h"

namespace topfive::dataset {
namespace {

namespace fs = std::filesystem;
using base::ExitCode;
using base::UserError;

bool lies_inside(const fs::path& path, const fs::path& directory) {
  const fs::path inner = fs::weakly_canonical(path);
  const fs::path outer = fs::weakly_canonical(directory);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

bool has_ground_truth(const fs::path& data_dir) {
  try {
    return !data::read_ground_truth(data_dir).empty();
  } catch (const UserError& error) {
    if (error.code() == ExitCode::kInputMissing) return false;
    throw;
  }
}

[[noreturn]] void fail_on(const fs::path& path, const std::error_code& error) {
  throw UserError(ExitCode::kCannotCreate,
                  data::printable(path.string()) + ": cannot build the tree of links: " + error.message());
}

// The class of every sample: that of its folder, or of ImageNet's ground truth where the pictures lie in none.
struct Labels {
  std::vector<std::string> names;
  std::vector<std::size_t> of_sample;
};

Labels labels_of(const TreeSource& tree, const fs::path& data_dir) {
  Labels labels;
  labels.of_sample.resize(static_cast<std::size_t>(tree.size()));
  if (!tree.is_flat()) {
    labels.names = tree.class_names();
    for (std::size_t i = 0; i < labels.of_sample.size(); ++i) {
      labels.of_sample[i] = static_cast<std::size_t>(tree.label(static_cast<std::int64_t>(i)));
    }
    return labels;
  }
  for (const data::ImagenetClass& entry : data::imagenet_classes()) labels.names.push_back(entry.wnid);
  data::ValidationLabels truth(data::read_ground_truth(data_dir), labels.names);
  for (std::size_t i = 0; i < labels.of_sample.size(); ++i) {
    labels.of_sample[i] = truth.label_of(tree.relative_path(static_cast<std::int64_t>(i)));
  }
  return labels;
}

// One split on its way: which samples stay, and what became of the rest.
struct Remains {
  const TreeSource* tree;
  Labels labels;
  std::vector<bool> stays;
  std::vector<std::int64_t> per_class;  // that stay
};

Remains what_remains(const TreeSource& tree, Labels labels, data::Split split, const std::vector<LeftOut>& left_out) {
  const std::size_t num_classes = labels.names.size();
  Remains remains{&tree, std::move(labels), std::vector<bool>(static_cast<std::size_t>(tree.size()), true),
                  std::vector<std::int64_t>(num_classes, 0)};
  for (const LeftOut& gone : left_out) {
    if (gone.split == split) remains.stays[static_cast<std::size_t>(gone.index)] = false;
  }
  for (std::size_t i = 0; i < remains.stays.size(); ++i) {
    if (remains.stays[i]) ++remains.per_class[remains.labels.of_sample[i]];
  }
  return remains;
}

// Classes that every split has pictures of and whose name can be printed, in byte order.
std::vector<std::string> common_classes(const std::vector<Remains>& splits) {
  std::map<std::string, std::size_t> seen;
  for (const Remains& split : splits) {
    for (std::size_t c = 0; c < split.per_class.size(); ++c) {
      if (split.per_class[c] > 0) ++seen[split.labels.names[c]];
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, count] : seen) {
    if (count == splits.size() && data::printable(name) == name) names.push_back(name);
  }
  return names;
}

// Old name to new name.
std::map<std::string, std::string> new_names(const std::vector<std::string>& classes) {
  const std::vector<std::string> padded = padded_names(classes);
  std::map<std::string, std::string> names;
  for (std::size_t i = 0; i < classes.size(); ++i) names[classes[i]] = padded[i];
  return names;
}

// Builds the tree under a temporary name.
class TreeWriter {
 public:
  TreeWriter(const fs::path& source, fs::path target, std::map<std::string, std::string> names)
      : source_(fs::canonical(source)), target_(std::move(target)), names_(std::move(names)) {}
  // What has not got its name goes.
  ~TreeWriter() {
    std::error_code ignored;
    fs::remove_all(target_, ignored);
  }
  TreeWriter(const TreeWriter&) = delete;
  TreeWriter& operator=(const TreeWriter&) = delete;

  void write(const std::string& split, const Remains& remains) {
    for (const auto& [name, padded] : names_) create(target_ / split / padded);
    for (std::size_t i = 0; i < remains.stays.size(); ++i) {
      const auto name = names_.find(remains.labels.names[remains.labels.of_sample[i]]);
      if (name == names_.end() || !remains.stays[i]) continue;
      const fs::path file = remains.tree->relative_path(static_cast<std::int64_t>(i));
      link(source_ / split / file, target_ / split / name->second / file.filename());
      ++links_;
    }
  }
  // The tree gets its name.
  void publish(const fs::path& name, const std::string& left_out) {
    base::write_file_atomically(target_ / "left_out.txt", left_out);
    std::error_code error;
    fs::rename(target_, name, error);
    if (error) fail_on(name, error);
  }
  std::int64_t links() const { return links_; }

 private:
  static void create(const fs::path& directory) {
    std::error_code error;
    fs::create_directories(directory, error);
    if (error) fail_on(directory, error);
  }
  static void link(const fs::path& file, const fs::path& place) {
    std::error_code error;
    fs::create_symlink(file, place, error);
    if (error) fail_on(place, error);
  }

  fs::path source_;
  fs::path target_;
  std::map<std::string, std::string> names_;
  std::int64_t links_ = 0;
};

// "truncated\ttrain/n01/x.JPEG", and classes as "class_left_out\ttrain/n02".
std::string left_out_lines(const std::vector<Remains>& splits, const std::vector<LeftOut>& left_out,
                           const std::map<std::string, std::string>& names, const std::vector<data::Split>& order) {
  std::string text;
  for (const LeftOut& gone : left_out) {
    const auto place = static_cast<std::size_t>(std::find(order.begin(), order.end(), gone.split) - order.begin());
    text += std::string(info_of(gone.problem).name) + "\t" + splits[place].tree->name(gone.index) + "\n";
  }
  for (const Remains& split : splits) {
    for (std::size_t c = 0; c < split.labels.names.size(); ++c) {
      const std::string& name = split.labels.names[c];
      // Of a flat split only the classes that it has pictures of can be missing.
      const bool exists = !split.tree->is_flat() || split.per_class[c] > 0;
      if (exists && names.count(name) == 0)
        text += "class_left_out\t" + split.tree->split() + "/" + data::printable(name) + "\n";
    }
  }
  return text;
}

std::string summary(const fs::path& links, std::int64_t written, std::size_t renamed, const std::string& lines) {
  constexpr std::size_t kShownLines = 20;
  std::string text = "\n" + base::with_thousands(written) + " links in " + data::printable(links.string());
  if (renamed > 0) text += "; " + std::to_string(renamed) + " class names padded with zeros";
  const auto left_out = static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
  text += "; left out: " +
          (left_out == 0 ? std::string("nothing") : base::with_thousands(static_cast<long long>(left_out))) + "\n";
  std::size_t end = 0;
  for (std::size_t i = 0; i < std::min(left_out, kShownLines); ++i) end = lines.find('\n', end) + 1;
  text += lines.substr(0, end);
  if (left_out > kShownLines) text += "... all of them are in left_out.txt there\n";
  return text;
}

}  // namespace

void check_link_request(const fs::path& data_dir, const fs::path& links, const std::vector<const TreeSource*>& trees) {
  const std::string name = data::printable(links.string());
  if (std::find(trees.begin(), trees.end(), nullptr) != trees.end()) {
    throw UserError(ExitCode::kUsage, "--fix builds links to the files of class folders; this data set has none");
  }
  for (const TreeSource* tree : trees) {
    if (!tree->is_flat() || (tree->split() == "val" && has_ground_truth(data_dir))) continue;
    throw UserError(ExitCode::kBadData, "--fix: " + tree->split() +
                                            " has no class folders, and nothing says which picture belongs where; put "
                                            "ILSVRC2012_validation_ground_truth.txt beside it if it is ImageNet's, or "
                                            "leave it out with --split train");
  }
  if (lies_inside(links, data_dir)) {
    throw UserError(ExitCode::kUsage, "--fix " + name +
                                          ": lies inside the data set, which is never written to; "
                                          "choose a directory elsewhere");
  }
  std::error_code error;
  const bool exists = fs::exists(fs::symlink_status(links, error));
  if (!exists || (fs::is_directory(links, error) && fs::is_empty(links, error))) return;
  throw UserError(ExitCode::kCannotCreate, "--fix " + name +
                                               ": exists and is not an empty directory; remove it or "
                                               "choose another one");
}

std::string make_link_tree(const fs::path& data_dir, const fs::path& links, const std::vector<const TreeSource*>& trees,
                           const std::vector<LeftOut>& left_out) {
  std::vector<Remains> splits;
  std::vector<data::Split> order;
  for (const TreeSource* tree : trees) {
    order.push_back(tree->split() == "train" ? data::Split::kTrain : data::Split::kEval);
    splits.push_back(what_remains(*tree, labels_of(*tree, data_dir), order.back(), left_out));
  }
  const auto names = new_names(common_classes(splits));
  if (names.empty()) throw UserError(ExitCode::kBadData, "--fix: no class is left that every split has pictures of");
  fs::path temporary = links.has_filename() ? links : links.parent_path();
  temporary += ".partial-" + std::to_string(::getpid());
  TreeWriter writer(data_dir, temporary, names);
  for (std::size_t i = 0; i < splits.size(); ++i) writer.write(trees[i]->split(), splits[i]);
  const std::string lines = left_out_lines(splits, left_out, names, order);
  writer.publish(links, lines);
  const auto renamed =
      std::count_if(names.begin(), names.end(), [](const auto& pair) { return pair.first != pair.second; });
  return summary(links, writer.links(), static_cast<std::size_t>(renamed), lines);
}

}  // namespace topfive::dataset
