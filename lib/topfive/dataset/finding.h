// What a check of a data set can find, and the list of what it found.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "topfive/image/decode.h"

namespace topfive::dataset {

// An error makes a training or an evaluation stop, or its figures wrong. A warning is a trap for people and for other
// tools. A note is handled rightly and is worth knowing.
enum class Severity { kError, kWarning, kNote };

enum class Problem {
  // of one picture
  kUnreadable,
  kEmptyFile,
  kNotAnImage,
  kUnsupported,
  kTooLarge,
  kTruncated,
  kDamaged,
  // of several pictures with the same bytes
  kInTrainAndVal,
  kInTwoClasses,
  // of the folders
  kFlatSplit,
  kNoClasses,
  kEmptyClass,
  kNestedFolder,
  kHiddenFolder,
  kClassName,
  kClassSetsDiffer,
  // warnings
  kMissingSplit,
  kNumericOrder,
  kDevkitOrder,
  kImageNetCount,
  kWrongExtension,
  kExifRotated,
  // notes
  kDuplicate,
  kCmyk,
  kIgnoredFile,
  kCount,
};

struct ProblemInfo {
  const char* name;  // as JSON spells it; these names stay
  Severity severity;
  const char* meaning;  // what it is, what it does, what to do: one line
};
const ProblemInfo& info_of(Problem problem);
const char* severity_name(Severity severity);  // "error"
Problem problem_of(image::BadPicture kind);

struct Finding {
  std::string subject;  // "train/n01440764/x.JPEG", printable
  std::string detail;   // may be empty
  bool known = false;   // one of ImageNet's own, which every copy has
};

// Counts every finding and keeps the first kKept of each problem, so that its memory is bounded whatever the data set.
// One thread.
class FindingLog {
 public:
  static constexpr std::size_t kKept = 10'000;

  void add(Problem problem, Finding finding);
  std::int64_t count(Problem problem) const { return entry(problem).count; }
  std::int64_t known(Problem problem) const { return entry(problem).known; }
  std::int64_t count(Severity severity) const;
  const std::vector<Finding>& findings(Problem problem) const { return entry(problem).kept; }

 private:
  struct Entry {
    std::int64_t count = 0;
    std::int64_t known = 0;
    std::vector<Finding> kept;
  };
  const Entry& entry(Problem problem) const { return entries_[static_cast<std::size_t>(problem)]; }

  std::array<Entry, static_cast<std::size_t>(Problem::kCount)> entries_;
};

}  // namespace topfive::dataset
