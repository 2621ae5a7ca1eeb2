// Another source, whose pictures come with their row indexes.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "topfive/data/row_index_file.h"
#include "topfive/data/sample_source.h"

namespace topfive::data {

class RowIndexedSource final : public SampleSource {
 public:
  // The file is of as many samples as the source has.
  RowIndexedSource(std::unique_ptr<SampleSource> inner, std::unique_ptr<RowIndexFile> rows);

  std::int64_t size() const override { return inner_->size(); }
  int label(std::int64_t index) const override { return inner_->label(index); }
  std::string name(std::int64_t index) const override { return inner_->name(index); }
  // The entry lies in the buffer, behind the slack. None where the bytes are not those that it was made of.
  RawSample read(std::int64_t index, std::vector<std::byte>& buffer) const override;
  void will_need(std::int64_t index) const override;
  std::int64_t encoded_bytes(std::int64_t index) const override { return inner_->encoded_bytes(index); }
  const std::vector<std::string>& class_names() const override { return inner_->class_names(); }
  std::optional<std::pair<int, int>> fixed_height_width() const override { return inner_->fixed_height_width(); }
  std::vector<std::shared_ptr<RecordFile>> archives() const override { return inner_->archives(); }
  std::string fingerprint() const override { return inner_->fingerprint(); }

 private:
  std::unique_ptr<SampleSource> inner_;
  std::unique_ptr<RowIndexFile> rows_;
};

// The checksum of a sample's bytes, computed only where its source has not done so.
std::uint32_t checksum_of(const RawSample& sample);

// Whether a record is of a sample's bytes.
bool is_record_of(const RowIndexRecord& record, const RawSample& sample);

// The source with the row indexes that lie beside its data or in the cache, or as it is where there are none.
std::unique_ptr<SampleSource> with_row_indexes(std::unique_ptr<SampleSource> source,
                                               const std::filesystem::path& data_dir, const std::string& split);

}  // namespace topfive::data
