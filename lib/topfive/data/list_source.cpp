#include "topfive/data/list_source.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "topfive/base/error.h"
#include "topfive/base/text.h"
#include "topfive/data/class_list.h"
#include "topfive/data/printable.h"

namespace topfive::data {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxListBytes = std::uint64_t{2} << 30U;
constexpr std::size_t kMaxPathBytes = 4096;

struct ListEntry {
  std::string path;
  std::string label;
  std::size_t line = 0;
};

[[noreturn]] void refuse_line(const fs::path& list, std::size_t line, const std::string& what) {
  throw base::UserError(base::ExitCode::kBadData, printable(list.string()) + ":" + std::to_string(line) + ": " + what);
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t") + 1 - begin));
}

ListEntry parse_line(const fs::path& list, const std::string& line, std::size_t number) {
  const std::string text = trimmed(line);
  const std::size_t tab = text.rfind('\t');
  const std::size_t cut = tab != std::string::npos ? tab : text.rfind(' ');
  ListEntry entry{trimmed(text.substr(0, cut)), cut == std::string::npos ? "" : trimmed(text.substr(cut)), number};
  if (entry.label.empty()) refuse_line(list, number, "no label; write: path, a tab or a blank, class");
  const bool usable = entry.path.size() <= kMaxPathBytes && entry.path.find('\0') == std::string::npos;
  if (!usable) refuse_line(list, number, "not a usable path");
  if (printable(entry.label) != entry.label) refuse_line(list, number, "the class has control characters");
  return entry;
}

std::vector<ListEntry> read_list(const fs::path& list) {
  std::vector<ListEntry> entries;
  const auto lines = read_lines(list, kMaxListBytes);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!trimmed(lines[i]).empty()) entries.push_back(parse_line(list, lines[i], i + 1));
  }
  return entries;
}

// Of both lists, so that a class which one split lacks shifts no label.
std::set<std::string> labels_of_both(const fs::path& data_dir) {
  std::set<std::string> labels;
  for (const char* name : {"train.txt", "val.txt"}) {
    std::error_code ignored;
    if (!fs::exists(data_dir / name, ignored)) continue;
    for (ListEntry& entry : read_list(data_dir / name)) labels.insert(std::move(entry.label));
  }
  return labels;
}

std::vector<std::string> classes_of_lists(const fs::path& data_dir) {
  if (auto names = read_class_list(data_dir)) return *names;
  const auto labels = labels_of_both(data_dir);
  std::uint32_t count = 0;
  for (const std::string& label : labels) {
    const auto number = parse_label(label);
    if (!number) return {labels.begin(), labels.end()};
    count = std::max(count, *number + 1);
  }
  return numbered_classes(count);
}

// The label of a class's name, or of a number where no class has that name.
std::uint32_t label_of(const ListEntry& entry, const std::map<std::string, std::uint32_t>& labels,
                       const fs::path& list) {
  const auto found = labels.find(entry.label);
  if (found != labels.end()) return found->second;
  const auto number = parse_label(entry.label);
  if (number && *number < labels.size()) return *number;
  std::vector<std::string> known;
  for (const auto& [name, label] : labels) known.push_back(name);
  refuse_line(list, entry.line,
              base::in_quotes(entry.label) + " is no class of classes.txt and no number below " +
                  std::to_string(labels.size()) + base::did_you_mean(entry.label, known));
}

}  // namespace

std::unique_ptr<IndexedSource> open_list(const fs::path& data_dir, const std::string& split) {
  const fs::path list = data_dir / (split + ".txt");
  SampleIndex index;
  index.kind = "list";
  index.split = split;
  index.places = {{".", {}, true}};
  const auto entries = read_list(list);
  index.class_names = classes_of_lists(data_dir);
  std::map<std::string, std::uint32_t> labels;
  for (const std::string& name : index.class_names) labels.emplace(name, static_cast<std::uint32_t>(labels.size()));
  for (const ListEntry& entry : entries) {
    SampleRecord record;
    record.label = label_of(entry, labels, list);
    index.add(record, entry.path);
  }
  index.sort_canonically();
  return std::make_unique<IndexedSource>(std::move(index), data_dir, IndexedSource::Names::kAsListed);
}

}  // namespace topfive::data
