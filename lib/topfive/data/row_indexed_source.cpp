#include "topfive/data/row_indexed_source.h"

#include <stdexcept>
#include <utility>

#include "topfive/base/crc32c.h"

namespace topfive::data {
namespace {

// Room behind a sample and its slack. The buffer may move, and the sample with it.
std::span<std::byte> room_behind(RawSample& sample, std::vector<std::byte>& buffer, std::size_t length) {
  const bool in_buffer = sample.bytes.data() == buffer.data();
  const std::size_t begin = in_buffer ? sample.bytes.size() + sample.slack : 0;
  if (buffer.size() < begin + length) {
    buffer.resize(begin + length);
    if (in_buffer) sample.bytes = std::span(buffer).first(sample.bytes.size());
  }
  return std::span(buffer).subspan(begin, length);
}

}  // namespace

std::uint32_t checksum_of(const RawSample& sample) {
  return sample.crc32c ? *sample.crc32c : base::crc32c(sample.bytes);
}

bool is_record_of(const RowIndexRecord& record, const RawSample& sample) {
  return record.picture_bytes == sample.bytes.size() && record.picture_crc32c == checksum_of(sample);
}

RowIndexedSource::RowIndexedSource(std::unique_ptr<SampleSource> inner, std::unique_ptr<RowIndexFile> rows)
    : inner_(std::move(inner)), rows_(std::move(rows)) {
  if (rows_->size() != inner_->size()) throw std::invalid_argument("row indexes of another number of samples");
}

RawSample RowIndexedSource::read(std::int64_t index, std::vector<std::byte>& buffer) const {
  RawSample sample = inner_->read(index, buffer);
  const RowIndexRecord& record = rows_->record(index);
  if (!sample.encoded || record.length == 0 || !is_record_of(record, sample)) return sample;
  const auto entry = room_behind(sample, buffer, record.length);
  if (rows_->read_entry(index, entry)) sample.row_index = entry;
  return sample;
}

void RowIndexedSource::will_need(std::int64_t index) const {
  inner_->will_need(index);
  rows_->will_need(index);
}

std::unique_ptr<SampleSource> with_row_indexes(std::unique_ptr<SampleSource> source,
                                               const std::filesystem::path& data_dir, const std::string& split) {
  auto rows = find_rows(data_dir, split, source->size());
  if (!rows || rows->entries() == 0) return source;
  return std::make_unique<RowIndexedSource>(std::move(source), std::move(rows));
}

}  // namespace topfive::data
