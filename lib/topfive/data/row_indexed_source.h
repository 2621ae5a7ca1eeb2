// Another source, whose pictures come with their row indexes: those of a file, and those that are made meanwhile.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "topfive/data/row_index_file.h"
#include "topfive/data/row_index_store.h"
#include "topfive/data/sample_source.h"

namespace topfive::data {

class RowIndexedSource final : public SampleSource {
 public:
  // The file, which may be null, is of as many samples as the source has.
  RowIndexedSource(std::unique_ptr<SampleSource> inner, std::unique_ptr<RowIndexFile> rows);
  // Makes those that are missing, and writes them when it is destroyed.
  RowIndexedSource(std::unique_ptr<SampleSource> inner, std::unique_ptr<RowIndexFile> rows,
                   std::filesystem::path data_dir, std::string split);
  ~RowIndexedSource() override;
  RowIndexedSource(const RowIndexedSource&) = delete;
  RowIndexedSource& operator=(const RowIndexedSource&) = delete;

  std::int64_t size() const override { return inner_->size(); }
  int label(std::int64_t index) const override { return inner_->label(index); }
  std::string name(std::int64_t index) const override { return inner_->name(index); }
  // An entry of the file is put into the buffer, behind the slack. None where the bytes are not those that it was made
  // of.
  RawSample read(std::int64_t index, std::vector<std::byte>& buffer) const override;
  void will_need(std::int64_t index) const override;
  std::int64_t encoded_bytes(std::int64_t index) const override { return inner_->encoded_bytes(index); }
  const std::vector<std::string>& class_names() const override { return inner_->class_names(); }
  std::optional<std::pair<int, int>> fixed_height_width() const override { return inner_->fixed_height_width(); }
  std::vector<std::shared_ptr<RecordFile>> archives() const override { return inner_->archives(); }
  std::string fingerprint() const override { return inner_->fingerprint(); }

 private:
  bool knows(std::int64_t index, RawSample& sample) const;
  void write_made() const;

  std::unique_ptr<SampleSource> inner_;
  std::unique_ptr<RowIndexFile> rows_;
  std::unique_ptr<RowIndexStore> store_;  // null where none are made
  std::filesystem::path data_dir_;
  std::string split_;
};

// The checksum of a sample's bytes, computed and noted only where its source has not done so.
std::uint32_t checksum_of(RawSample& sample);

// The source with the row indexes that lie beside its data or in the cache. Where there are none it is given back as it
// is, unless those that are missing shall be made.
std::unique_ptr<SampleSource> with_row_indexes(std::unique_ptr<SampleSource> source,
                                               const std::filesystem::path& data_dir, const std::string& split,
                                               bool make_missing);

}  // namespace topfive::data
