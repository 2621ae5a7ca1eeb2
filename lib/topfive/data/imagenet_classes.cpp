#include "topfive/data/imagenet_classes.h"

#include <sstream>

#include "topfive/base/error.h"
#include "topfive/base/program_files.h"
#include "topfive/data/class_list.h"
#include "topfive/data/printable.h"

namespace topfive::data {
namespace {

constexpr std::size_t kImagenetClasses = 1000;

[[noreturn]] void refuse_table(const std::string& what) {
  const auto path = base::shared_directory() / "imagenet_classes.tsv";
  throw base::UserError(base::ExitCode::kBadData, printable(path.string()) + ": " + what + "; install topfive again");
}

// Index, WordNet id, ILSVRC2012_ID, short name; what follows is for people.
ImagenetClass parse_class(const std::string& line, std::size_t label) {
  std::istringstream stream(line);
  std::string index;
  std::string id;
  ImagenetClass entry;
  const bool whole = std::getline(stream, index, '\t') && std::getline(stream, entry.wnid, '\t') &&
                     std::getline(stream, id, '\t') && std::getline(stream, entry.short_name, '\t');
  const auto number = parse_label(id);
  if (!whole || index != std::to_string(label) || !number || *number < 1 || *number > kImagenetClasses) {
    refuse_table("line " + std::to_string(label + 2) + " is damaged");
  }
  entry.devkit_id = static_cast<int>(*number);
  return entry;
}

std::vector<ImagenetClass> read_table() {
  constexpr std::uint64_t kMaxBytes = 1U << 20U;
  const auto lines = read_lines(base::shared_directory() / "imagenet_classes.tsv", kMaxBytes);
  if (lines.size() != kImagenetClasses + 1) refuse_table("expected a heading and 1,000 classes");
  std::vector<ImagenetClass> classes;
  for (std::size_t label = 0; label < kImagenetClasses; ++label) {
    classes.push_back(parse_class(lines[label + 1], label));
    if (label > 0 && classes[label - 1].wnid >= classes[label].wnid) refuse_table("the classes are out of order");
  }
  return classes;
}

}  // namespace

const std::vector<ImagenetClass>& imagenet_classes() {
  static const auto kClasses = read_table();
  return kClasses;
}

std::vector<int> labels_by_devkit_id(const std::vector<ImagenetClass>& classes) {
  std::vector<int> labels(classes.size(), -1);
  for (std::size_t label = 0; label < classes.size(); ++label) {
    labels.at(static_cast<std::size_t>(classes[label].devkit_id) - 1) = static_cast<int>(label);
  }
  return labels;
}

}  // namespace topfive::data
