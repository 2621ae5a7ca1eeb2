// Lists a tree of class folders whatever is wrong with it.
//
// The loader's own scan refuses a tree at its first mistake; a check has to show all of them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "topfive/data/folder_scan.h"
#include "topfive/data/sample_source.h"
#include "topfive/dataset/finding.h"

namespace topfive::dataset {

// The pictures of one split as a source, in the loader's order. Where the pictures lie in no class folder there is one
// class with an empty name. read() gives an empty span for a file without bytes.
class TreeSource final : public data::SampleSource {
 public:
  // `split` is the folder below `data_dir`. Adds what is wrong with the folders to the log. UserError(kIo) if the
  // split's own folder cannot be listed.
  TreeSource(const std::filesystem::path& data_dir, const std::string& split, FindingLog& log);

  bool is_flat() const { return flat_; }
  const std::string& split() const { return split_; }
  // "<class>/<file>", or "<file>" in a flat split; raw bytes.
  std::string relative_path(std::int64_t index) const;

  std::int64_t size() const override { return index_.size(); }
  int label(std::int64_t index) const override { return index_.label(index); }
  std::string name(std::int64_t index) const override;
  data::RawSample read(std::int64_t index, std::vector<std::byte>& buffer) const override;
  const std::vector<std::string>& class_names() const override { return index_.class_names; }
  // Nothing is trained on a tree that may be wrong.
  std::string fingerprint() const override { return ""; }

 private:
  void add_class(const std::string& name, FindingLog& log);

  std::filesystem::path directory_;
  std::string split_;
  data::FolderIndex index_;
  bool flat_ = false;
};

}  // namespace topfive::dataset
