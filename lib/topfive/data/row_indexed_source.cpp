#include "topfive/data/row_indexed_source.h"

#include <stdexcept>
#include <utility>

#include "topfive/base/crc32c.h"
#include "topfive/base/files.h"
#include "topfive/base/log.h"
#include "topfive/base/text.h"
#include "topfive/data/printable.h"

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

std::uint32_t checksum_of(RawSample& sample) {
  if (!sample.crc32c) sample.crc32c = base::crc32c(sample.bytes);
  return *sample.crc32c;
}

RowIndexedSource::RowIndexedSource(std::unique_ptr<SampleSource> inner, std::unique_ptr<RowIndexFile> rows)
    : inner_(std::move(inner)), rows_(std::move(rows)) {
  if (rows_ && rows_->size() != inner_->size()) throw std::invalid_argument("row indexes of other samples");
}

RowIndexedSource::RowIndexedSource(std::unique_ptr<SampleSource> inner, std::unique_ptr<RowIndexFile> rows,
                                   std::filesystem::path data_dir, std::string split)
    : RowIndexedSource(std::move(inner), std::move(rows)) {
  store_ = std::make_unique<RowIndexStore>(inner_->size(), rows_ ? rows_->step() : kRowIndexStep);
  data_dir_ = std::move(data_dir);
  split_ = std::move(split);
}

RowIndexedSource::~RowIndexedSource() {
  if (!store_ || store_->made() == 0) return;
  try {
    write_made();
  } catch (const std::exception& error) {
    base::log_info(std::string("the row indexes of ") + split_ + " are not kept: " + printable(error.what()));
  }
}

// Several processes of a training end at the same time. One of them writes what it has made; the others' are made again
// in the next run, unless they come later and add theirs.
void RowIndexedSource::write_made() const {
  const std::filesystem::path path = rows_to_write(data_dir_, split_);
  const base::FileLock lock(path.parent_path() / ("." + path.filename().string() + ".lock"));
  const auto old = find_rows(data_dir_, split_, size());
  if (old && old->step() != store_->step()) return;  // made by hand meanwhile
  store_->write(path, old.get());
  base::log_info("row indexes of " + base::with_thousands(store_->made()) + " pictures: " + printable(path.string()));
}

// Whether the file is of the sample's bytes, with or without an entry.
bool RowIndexedSource::knows(std::int64_t index, RawSample& sample) const {
  if (!rows_) return false;
  const RowIndexRecord& record = rows_->record(index);
  if (record.length == 0 && !store_) return false;
  return record.picture_bytes == sample.bytes.size() && record.picture_crc32c == checksum_of(sample);
}

RawSample RowIndexedSource::read(std::int64_t index, std::vector<std::byte>& buffer) const {
  RawSample sample = inner_->read(index, buffer);
  if (!sample.encoded) return sample;
  if (knows(index, sample)) {
    const auto entry = room_behind(sample, buffer, rows_->record(index).length);
    if (rows_->read_entry(index, entry)) sample.row_index = entry;
  } else if (store_) {
    sample.row_index = store_->rows_of(index, sample);
  }
  return sample;
}

void RowIndexedSource::will_need(std::int64_t index) const {
  inner_->will_need(index);
  if (rows_) rows_->will_need(index);
}

std::unique_ptr<SampleSource> with_row_indexes(std::unique_ptr<SampleSource> source,
                                               const std::filesystem::path& data_dir, const std::string& split,
                                               bool make_missing) {
  auto rows = find_rows(data_dir, split, source->size());
  if (make_missing) {
    return std::make_unique<RowIndexedSource>(std::move(source), std::move(rows), data_dir, split);
  }
  if (!rows || rows->entries() == 0) return source;
  return std::make_unique<RowIndexedSource>(std::move(source), std::move(rows));
}

}  // namespace topfive::data
