#include "topfive/dataset/finding.h"

#include <utility>

namespace topfive::dataset {
namespace {

// In the order of the enumeration.
constexpr std::array<ProblemInfo, static_cast<std::size_t>(Problem::kCount)> kProblems = {{
    {"unreadable", Severity::kError, "cannot be read; check the permissions, the link or the disk"},
    {"empty_file", Severity::kError, "has no bytes; fetch it again or remove it"},
    {"not_an_image", Severity::kError, "is neither JPEG nor PNG, whatever its name says; remove or convert it"},
    {"unsupported", Severity::kError, "is a form of JPEG or PNG that is not decoded; convert it"},
    {"too_large", Severity::kError, "would take too much memory to decode; scale it down"},
    {"truncated", Severity::kError, "ends before the picture does; fetch it again or remove it"},
    {"damaged", Severity::kError, "the decoder would have to make pixels up; fetch it again or remove it"},
    {"in_train_and_val", Severity::kError, "the same bytes are trained on and evaluated; keep one"},
    {"in_two_classes", Severity::kError, "the same bytes have two labels, of which one is wrong"},
    {"flat_split", Severity::kError, "pictures without class folders; sort them into one folder per class"},
    {"no_classes", Severity::kError, "holds no class folders"},
    {"empty_class", Severity::kError, "holds no .jpeg, .jpg or .png files; its label would never be seen"},
    {"nested_folder", Severity::kError, "lies inside a class folder; pictures must lie directly in it"},
    {"hidden_folder", Severity::kError, "counts as a class elsewhere and shifts the labels; remove it"},
    {"class_name", Severity::kError, "has control characters or is not UTF-8; rename it"},
    {"class_sets_differ", Severity::kError, "train and val must have the same classes, or the labels disagree"},
    {"missing_split", Severity::kWarning, "is not there, so nothing in it was checked"},
    {"numeric_order", Severity::kWarning,
     "labels follow the order of the text, where 10 comes before 2; pad the numbers with zeros"},
    {"devkit_order", Severity::kWarning,
     "class folders 1 to 1000 look like the development kit's ids, which are not in the usual order of ImageNet's "
     "labels; name them by WordNet id"},
    {"imagenet_count", Severity::kWarning, "another number of pictures than ImageNet has"},
    {"wrong_extension", Severity::kWarning, "the content is of another kind than the name says; other tools trip"},
    {"exif_rotated", Severity::kWarning, "EXIF asks for a rotation, which is ignored, as torchvision ignores it"},
    {"duplicate", Severity::kNote, "the same bytes twice in one class; it counts twice"},
    {"cmyk", Severity::kNote, "inks are converted to RGB as Pillow does; other tools trip"},
    {"ignored_file", Severity::kNote, "hidden or not named .jpeg, .jpg or .png; passed over"},
}};

}  // namespace

const ProblemInfo& info_of(Problem problem) { return kProblems[static_cast<std::size_t>(problem)]; }

const char* severity_name(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      break;
  }
  return "note";
}

Problem problem_of(image::BadPicture kind) {
  switch (kind) {
    case image::BadPicture::kNotAnImage:
      return Problem::kNotAnImage;
    case image::BadPicture::kUnsupported:
      return Problem::kUnsupported;
    case image::BadPicture::kTooLarge:
      return Problem::kTooLarge;
    case image::BadPicture::kTruncated:
      return Problem::kTruncated;
    case image::BadPicture::kDamaged:
      break;
  }
  return Problem::kDamaged;
}

void FindingLog::add(Problem problem, Finding finding) {
  Entry& entry = entries_[static_cast<std::size_t>(problem)];
  ++entry.count;
  entry.known += finding.known ? 1 : 0;
  if (entry.kept.size() < kKept) entry.kept.push_back(std::move(finding));
}

std::int64_t FindingLog::count(Severity severity) const {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (kProblems[i].severity == severity) sum += entries_[i].count;
  }
  return sum;
}

}  // namespace topfive::dataset
