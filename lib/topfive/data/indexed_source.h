// Pictures that an index lists: records in archives, or files below a directory.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "topfive/data/picture_file.h"
#include "topfive/data/record_file.h"
#include "topfive/data/sample_index.h"
#include "topfive/data/sample_source.h"

namespace topfive::data {

class IndexedSource final : public SampleSource {
 public:
  enum class Names { kSplitClassFile, kAsListed };  // "train/n01440764/x.JPEG", or the file name as it is

  // Opens the archives, once and for all. The index is in canonical order and valid. UserError where an archive cannot
  // be opened or has another size than the index says.
  IndexedSource(SampleIndex index, std::filesystem::path data_dir, Names names = Names::kSplitClassFile);

  std::int64_t size() const override { return index_.size(); }
  int label(std::int64_t index) const override { return static_cast<int>(record(index).label); }
  std::string name(std::int64_t index) const override;
  // Compares the checksum where the index has one: a record that the disk has damaged is a SampleError.
  RawSample read(std::int64_t index, std::vector<std::byte>& buffer) const override;
  void will_need(std::int64_t index) const override;
  std::int64_t encoded_bytes(std::int64_t index) const override { return record(index).size; }
  const std::vector<std::string>& class_names() const override { return index_.class_names; }
  std::string fingerprint() const override { return fingerprint_; }
  std::vector<std::shared_ptr<RecordFile>> archives() const override;

  const SampleIndex& index() const { return index_; }

 private:
  const SampleRecord& record(std::int64_t index) const { return index_.records[static_cast<std::size_t>(index)]; }
  PicturePath file_path(std::int64_t index) const;
  RawSample read_from(const RecordFile& archive, const SampleRecord& record, std::vector<std::byte>& buffer) const;

  SampleIndex index_;
  std::filesystem::path data_dir_;
  Names names_;
  std::vector<std::shared_ptr<RecordFile>> archives_;  // one a place; null for a directory
  std::string fingerprint_;
};

}  // namespace topfive::data
