// The list of the pictures in a tree of class folders, and the mistakes in such trees that would
// train silently.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace topfive::data {

// Names lie end to end in one string: ImageNet's 1.28 million files take some 40 MB this way.
struct FolderIndex {
  std::vector<std::string> class_names;   // byte order, so that the label is the rank of the name (WordNet id)
  std::vector<std::int64_t> class_begin;  // the first sample of each class, then the number of samples
  std::string file_names;                 // of all samples, in byte order inside each class
  std::vector<std::uint64_t> name_begin;  // where each starts, then the end
  std::int64_t ignored = 0;               // other files and hidden files that were passed over

  std::int64_t size() const { return class_begin.back(); }
  int label(std::int64_t index) const;
  std::string_view file_name(std::int64_t index) const;
};

// Lists <directory>/<class>/*.{jpg,jpeg,png}, extensions in any case; links are followed.
// UserError(kBadData) for hidden folders among the classes (".ipynb_checkpoints" would become a
// class and shift all labels), for a class without pictures, for folders inside a class, for
// pictures without class folders, and for class names that are not printable UTF-8 (checkpoints
// store them as JSON). kIo if a folder cannot be listed. `directory` must exist.
FolderIndex scan_folder(const std::filesystem::path& directory);

}  // namespace topfive::data
