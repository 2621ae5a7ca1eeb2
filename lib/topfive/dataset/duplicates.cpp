#include "topfive/dataset/duplicates.h"

#include <algorithm>
#include <span>
#include <tuple>

namespace topfive::dataset {
namespace {

struct Copy {
  const SplitPart* part;
  std::int64_t index;
  std::string name() const { return part->source->name(index); }
  int label() const { return part->source->label(index); }
};
using Copies = std::span<const Copy>;

std::string others(Copies copies) {
  std::string text = "same bytes as " + copies[1].name();
  if (copies.size() > 2) text += " and " + std::to_string(copies.size() - 2) + " more";
  return text;
}

void leave_out(Copies copies, Problem problem, std::vector<LeftOut>& left_out) {
  for (const Copy& copy : copies) left_out.push_back({copy.part->name, copy.index, problem});
}

// Copies inside one split. True if they are in one class only.
bool report_inside(Copies copies, FindingLog& log, std::vector<LeftOut>& left_out) {
  if (copies.size() < 2) return true;
  const auto other_class = [&](const Copy& copy) { return copy.label() != copies[0].label(); };
  if (std::none_of(copies.begin(), copies.end(), other_class)) {
    log.add(Problem::kDuplicate, {copies[0].name(), others(copies)});
    return true;
  }
  log.add(Problem::kInTwoClasses, {copies[0].name(), others(copies)});
  leave_out(copies, Problem::kInTwoClasses, left_out);
  return false;
}

// All copies of one picture, those in train first.
void report_group(Copies copies, FindingLog& log, std::vector<LeftOut>& left_out) {
  const auto in_train = [](const Copy& copy) { return copy.part->name == data::Split::kTrain; };
  const auto val = std::find_if_not(copies.begin(), copies.end(), in_train);
  const auto num_train = static_cast<std::size_t>(val - copies.begin());
  const Copies train_copies = copies.first(num_train);
  const Copies val_copies = copies.subspan(num_train);
  const bool one_class = report_inside(train_copies, log, left_out);
  report_inside(val_copies, log, left_out);
  if (train_copies.empty() || val_copies.empty()) return;
  log.add(Problem::kInTrainAndVal, {train_copies[0].name(), "same bytes as " + val_copies[0].name()});
  if (one_class) leave_out(train_copies, Problem::kInTrainAndVal, left_out);
}

}  // namespace

void DuplicateFinder::add(data::Split split, std::int64_t index, const ContentHash& hash) {
  entries_.push_back({hash, split, index});
}

void DuplicateFinder::report(const std::vector<SplitPart>& parts, FindingLog& log, std::vector<LeftOut>& left_out) {
  const auto order = [](const Entry& entry) { return std::tie(entry.hash, entry.split, entry.index); };
  std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) { return order(a) < order(b); });
  std::vector<std::vector<Copy>> groups;
  for (std::size_t i = 0; i < entries_.size();) {
    std::vector<Copy> group;
    for (const ContentHash hash = entries_[i].hash; i < entries_.size() && entries_[i].hash == hash; ++i) {
      const auto part = std::find_if(parts.begin(), parts.end(),
                                     [&](const SplitPart& candidate) { return candidate.name == entries_[i].split; });
      group.push_back({&*part, entries_[i].index});
    }
    if (group.size() > 1) groups.push_back(std::move(group));
  }
  // The order of the hashes means nothing to a reader; that of the pictures does.
  std::sort(groups.begin(), groups.end(), [](const std::vector<Copy>& a, const std::vector<Copy>& b) {
    return std::tie(a[0].part->name, a[0].index) < std::tie(b[0].part->name, b[0].index);
  });
  for (const auto& group : groups) report_group(group, log, left_out);
}

}  // namespace topfive::dataset
