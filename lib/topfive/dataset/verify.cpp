#include "topfive/dataset/verify.h"

#include <algorithm>
#include <ostream>

#include "topfive/base/files.h"
#include "topfive/base/log.h"
#include "topfive/base/progress.h"
#include "topfive/data/open_source.h"
#include "topfive/data/printable.h"
#include "topfive/dataset/class_names.h"
#include "topfive/dataset/known_files.h"
#include "topfive/dataset/link_tree.h"
#include "topfive/dataset/ordered_pass.h"
#include "topfive/dataset/split_parts.h"
#include "topfive/dataset/verify_report.h"

namespace topfive::dataset {
namespace {

namespace fs = std::filesystem;

struct OpenedPart {
  data::Split split;
  std::unique_ptr<data::SampleSource> source;
  const TreeSource* tree = nullptr;  // the same, where it is a tree of folders
};

// Folders are looked at whatever is wrong with them; other kinds say themselves what they cannot be.
void open_tree(const VerifyRequest& request, data::Split split, std::vector<OpenedPart>& parts, FindingLog& log) {
  const std::string name = split_text(split);
  std::error_code ignored;
  if (!fs::is_directory(request.directory / name, ignored)) {
    log.add(Problem::kMissingSplit, {name, "no directory " + data::printable((request.directory / name).string())});
    return;
  }
  auto tree = std::make_unique<TreeSource>(request.directory, name, log);
  const TreeSource* pointer = tree.get();
  parts.push_back({split, std::move(tree), pointer});
}

std::vector<OpenedPart> open_parts(const VerifyRequest& request, FindingLog& log) {
  require_data_directory(request.directory);
  data::DataConfig config = config_of_type(request.type);
  config.type = kind_in(request.directory, config.type);
  std::vector<OpenedPart> parts;
  for (const data::Split split : splits_named(request.split)) {
    if (config.type == data::DataKind::kImageFolder) {
      open_tree(request, split, parts, log);
    } else {
      parts.push_back({split, data::open_source(config, request.directory, split), nullptr});
    }
  }
  if (parts.empty()) {
    throw base::UserError(base::ExitCode::kInputMissing,
                          data::printable(request.directory.string()) +
                              ": holds no train/<class>/*.JPEG or val/<class>/*.JPEG; name the directory above them");
  }
  return parts;
}

SplitReport count_classes(const OpenedPart& part) {
  SplitReport report;
  report.split = part.split;
  report.pictures = part.source->size();
  std::vector<std::int64_t> counts(part.source->class_names().size(), 0);
  for (std::int64_t i = 0; i < report.pictures; ++i) ++counts[static_cast<std::size_t>(part.source->label(i))];
  if (part.tree != nullptr && part.tree->is_flat()) counts.clear();
  std::sort(counts.begin(), counts.end());
  report.classes = static_cast<std::int64_t>(counts.size());
  if (counts.empty()) return report;
  report.smallest_class = counts.front();
  report.median_class = counts[counts.size() / 2];
  report.largest_class = counts.back();
  return report;
}

// ImageNet is told by its 1,000 WordNet ids.
void check_imagenet_count(const OpenedPart& part, FindingLog& log) {
  if (!looks_like_imagenet(part.source->class_names())) return;
  const std::int64_t expected = part.split == data::Split::kTrain ? kImageNetTrainPictures : kImageNetValPictures;
  if (part.source->size() == expected) return;
  log.add(Problem::kImageNetCount, {split_text(part.split), std::to_string(part.source->size()) +
                                                                " pictures, ImageNet has " + std::to_string(expected)});
}

void check_structure(const std::vector<OpenedPart>& parts, FindingLog& log) {
  for (const OpenedPart& part : parts) {
    if (part.tree != nullptr && part.tree->is_flat()) continue;
    check_class_names(split_text(part.split), part.source->class_names(), log);
    check_imagenet_count(part, log);
  }
  const auto is_flat = [](const OpenedPart& part) { return part.tree != nullptr && part.tree->is_flat(); };
  if (parts.size() != 2 || std::any_of(parts.begin(), parts.end(), is_flat)) return;
  check_class_sets(parts[0].source->class_names(), parts[1].source->class_names(), log);
}

// What the pass over the pictures needs and gives.
struct Examination {
  DuplicateFinder duplicates;
  std::vector<LeftOut> left_out;
  base::CountProgress progress;
};

// False if a signal asked to stop.
bool examine(const OpenedPart& part, int threads, SplitReport& summary, FindingLog& log, Examination& examination) {
  std::vector<std::vector<std::byte>> buffers(static_cast<std::size_t>(threads));
  const auto make = [&](std::int64_t index, int thread) {
    return check_picture(*part.source, index, buffers[static_cast<std::size_t>(thread)]);
  };
  const auto take = [&](std::int64_t index, const PictureCheck& check) {
    report_picture(check, part.source->name(index), log);
    summary.bytes += check.bytes;
    if (check.problem) {
      examination.left_out.push_back({part.split, index, *check.problem});
    } else {
      ++summary.usable;
      examination.duplicates.add(part.split, index, check.hash);
    }
    examination.progress.add(1);
  };
  return ordered_pass<PictureCheck>(part.source->size(), threads, make, take);
}

bool examine_all(const std::vector<OpenedPart>& parts, int threads, VerifyReport& report,
                 std::vector<LeftOut>& left_out) {
  std::int64_t total = 0;
  for (const OpenedPart& part : parts) total += part.source->size();
  Examination examination{{}, {}, base::CountProgress("checked", total)};
  std::vector<SplitPart> splits;
  for (const OpenedPart& part : parts) {
    report.splits.push_back(count_classes(part));
    splits.push_back({part.split, part.source.get()});
    if (!examine(part, threads, report.splits.back(), report.log, examination)) {
      examination.progress.finish();
      return false;
    }
  }
  examination.progress.finish();
  examination.duplicates.report(splits, report.log, examination.left_out);
  left_out = std::move(examination.left_out);
  return true;
}

std::vector<const TreeSource*> trees_of(const std::vector<OpenedPart>& parts) {
  std::vector<const TreeSource*> trees;
  for (const OpenedPart& part : parts) trees.push_back(part.tree);
  return trees;
}

}  // namespace

base::ExitCode run_verify(const VerifyRequest& request, std::ostream& out) {
  VerifyReport report;
  const std::vector<OpenedPart> parts = open_parts(request, report.log);
  // What cannot be built shall not be said after an hour's pass.
  if (!request.fix.empty()) check_link_request(request.directory, request.fix, trees_of(parts));
  check_structure(parts, report.log);
  std::vector<LeftOut> left_out;
  if (!examine_all(parts, threads_or_default(request.threads), report, left_out)) {
    base::log_warning("stopped by " + base::stop_signal_name() + "; nothing was written");
    return base::ExitCode::kStopped;
  }
  out << report_text(report);
  if (!request.json.empty()) base::write_file_atomically(request.json, report_json(report));
  if (!request.fix.empty()) out << make_link_tree(request.directory, request.fix, trees_of(parts), left_out);
  return report.log.count(Severity::kError) > 0 ? base::ExitCode::kBadData : base::ExitCode::kOk;
}

}  // namespace topfive::dataset
