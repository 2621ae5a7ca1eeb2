#include "topfive/dataset/verify_report.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "topfive/base/text.h"
#include "topfive/dataset/split_parts.h"

namespace topfive::dataset {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShownFindings = 10;

std::string count_text(std::int64_t count, const std::string& noun) {
  const bool one = count == 1;
  const bool ends_in_s = noun.ends_with("s");
  return base::with_thousands(count) + " " + noun + (one ? "" : ends_in_s ? "es" : "s");
}

std::string split_line(const SplitReport& split) {
  std::string name = split_text(split.split);
  name.resize(5, ' ');
  std::string line = name + "  " + count_text(split.pictures, "picture") + ", " + base::with_thousands(split.usable) +
                     " usable, " + format_bytes(static_cast<double>(split.bytes)) + ", " +
                     count_text(split.classes, "class");
  if (split.classes > 0) {
    line += " of " + base::with_thousands(split.smallest_class) + " to " + base::with_thousands(split.largest_class) +
            " pictures (median " + base::with_thousands(split.median_class) + ")";
  }
  return line + "\n";
}

std::string problem_lines(Problem problem, const FindingLog& log) {
  const ProblemInfo& info = info_of(problem);
  const std::int64_t count = log.count(problem);
  std::string text = std::string("\n") + severity_name(info.severity) + "  " + info.name + "  " +
                     base::with_thousands(count) + ": " + info.meaning + "\n";
  if (log.known(problem) > 0)
    text += "    " + base::with_thousands(log.known(problem)) + " of them every ImageNet has\n";
  const auto& findings = log.findings(problem);
  const std::size_t shown = std::min(findings.size(), kShownFindings);
  for (std::size_t i = 0; i < shown; ++i) {
    text += "    " + findings[i].subject + (findings[i].detail.empty() ? "" : ": " + findings[i].detail) +
            (findings[i].known ? " (known)" : "") + "\n";
  }
  const std::int64_t more = count - static_cast<std::int64_t>(shown);
  if (more > 0) text += "    and " + base::with_thousands(more) + " more; --json F lists them\n";
  return text;
}

Json split_json(const SplitReport& split) {
  return {{"pictures", split.pictures},
          {"usable", split.usable},
          {"bytes", split.bytes},
          {"classes", split.classes},
          {"smallest_class", split.smallest_class},
          {"median_class", split.median_class},
          {"largest_class", split.largest_class}};
}

Json problem_json(Problem problem, const FindingLog& log) {
  const ProblemInfo& info = info_of(problem);
  Json findings = Json::array();
  for (const Finding& finding : log.findings(problem)) {
    findings.push_back({{"subject", finding.subject}, {"detail", finding.detail}, {"known", finding.known}});
  }
  return {{"problem", info.name},        {"severity", severity_name(info.severity)},
          {"meaning", info.meaning},     {"count", log.count(problem)},
          {"known", log.known(problem)}, {"findings", std::move(findings)}};
}

std::vector<Problem> found_problems(const FindingLog& log) {
  std::vector<Problem> problems;
  for (int i = 0; i < static_cast<int>(Problem::kCount); ++i) {
    if (log.count(static_cast<Problem>(i)) > 0) problems.push_back(static_cast<Problem>(i));
  }
  return problems;
}

}  // namespace

std::string report_text(const VerifyReport& report) {
  std::string text;
  for (const SplitReport& split : report.splits) text += split_line(split);
  for (const Problem problem : found_problems(report.log)) text += problem_lines(problem, report.log);
  const std::int64_t errors = report.log.count(Severity::kError);
  return text + "\n" + (errors == 0 ? "clean: " : "not clean: ") + count_text(errors, "error") + ", " +
         count_text(report.log.count(Severity::kWarning), "warning") + ", " +
         count_text(report.log.count(Severity::kNote), "note") + "\n";
}

std::string report_json(const VerifyReport& report) {
  Json splits = Json::object();
  for (const SplitReport& split : report.splits) splits[split_text(split.split)] = split_json(split);
  Json problems = Json::array();
  for (const Problem problem : found_problems(report.log)) problems.push_back(problem_json(problem, report.log));
  const Json json = {{"format", 1},
                     {"clean", report.log.count(Severity::kError) == 0},
                     {"errors", report.log.count(Severity::kError)},
                     {"warnings", report.log.count(Severity::kWarning)},
                     {"notes", report.log.count(Severity::kNote)},
                     {"splits", std::move(splits)},
                     {"problems", std::move(problems)}};
  // Reasons of libraries may quote bytes of the file.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace topfive::dataset
