#include "topfive/dataset/pack_rows.h"

#include <memory>
#include <vector>

#include "topfive/base/error.h"
#include "topfive/data/printable.h"
#include "topfive/data/row_index_file.h"
#include "topfive/data/row_index_store.h"

namespace topfive::dataset {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_part(const fs::path& path) {
  throw base::UserError(base::ExitCode::kBadData,
                        data::printable(path.string()) + ": damaged; remove the directory and pack anew");
}

// Gives the entries of one shard one after the other.
class PartRows {
 public:
  PartRows(fs::path path, std::int64_t samples) : path_(std::move(path)), rows_(open(path_, samples)) {}

  void add_next(const data::SampleRecord& sample, data::RowIndexWriter& writer) {
    const data::RowIndexRecord& record = rows_->record(next_);
    if (record.picture_bytes != sample.size || record.picture_crc32c != sample.crc32c) fail_part(path_);
    entry_.resize(record.length);
    if (!entry_.empty() && !rows_->read_entry(next_, entry_)) fail_part(path_);
    writer.add(sample.size, sample.crc32c, entry_);
    ++next_;
  }

 private:
  static std::unique_ptr<data::RowIndexFile> open(const fs::path& path, std::int64_t samples) {
    try {
      return std::make_unique<data::RowIndexFile>(path, samples);
    } catch (const data::IndexError&) {
      fail_part(path);
    }
  }

  fs::path path_;
  std::unique_ptr<data::RowIndexFile> rows_;
  std::int64_t next_ = 0;
  std::vector<std::byte> entry_;
};

std::vector<PartRows> open_parts(const data::SampleIndex& index, const PackState& state) {
  std::vector<std::int64_t> samples(index.places.size(), 0);
  for (const data::SampleRecord& record : index.records) ++samples[record.place];
  std::vector<PartRows> parts;
  parts.reserve(samples.size());
  for (std::size_t number = 0; number < samples.size(); ++number) {
    parts.emplace_back(state.rows_path(index.split, number), samples[number]);
  }
  return parts;
}

}  // namespace

void write_part_rows(const fs::path& path, const data::SampleIndex& part, const ShardWriter& shard) {
  data::RowIndexWriter writer(path, data::kRowIndexStep);
  for (const data::SampleRecord& record : part.records) {
    writer.add(record.size, record.crc32c, shard.rows_at(record.offset));
  }
  writer.finish();
}

// The samples of one shard have the same order among all samples as in its own part.
std::int64_t merge_rows(const fs::path& path, const data::SampleIndex& index, const PackState& state) {
  std::vector<PartRows> parts = open_parts(index, state);
  data::RowIndexWriter writer(path, data::kRowIndexStep);
  for (const data::SampleRecord& record : index.records) parts[record.place].add_next(record, writer);
  if (writer.entries() > 0) writer.finish();
  return writer.entries();
}

}  // namespace topfive::dataset
