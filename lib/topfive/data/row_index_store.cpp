#include "topfive/data/row_index_store.h"

#include <utility>

#include "topfive/data/row_indexed_source.h"
#include "topfive/image/decode.h"

namespace topfive::data {
namespace {

// As it is, from one file into another.
void copy_entry(const RowIndexFile& old, std::int64_t sample, std::vector<std::byte>& buffer, RowIndexWriter& writer) {
  const RowIndexRecord& record = old.record(sample);
  buffer.resize(record.length);
  const bool holds = record.length == 0 || old.read_entry(sample, buffer);
  if (holds) {
    writer.add(record.picture_bytes, record.picture_crc32c, buffer);
  } else {
    writer.add(0, 0, {});
  }
}

}  // namespace

std::vector<std::byte> make_row_index(image::JpegReader& reader, std::span<const std::byte> bytes, std::size_t slack,
                                      int step) {
  if (image::sniff_format(bytes) != image::Format::kJpeg) return {};
  std::vector<std::byte> index;
  try {
    reader.open(bytes, slack);
    index = reader.make_index(step);
    reader.close();
  } catch (const image::DecodeError&) {
    return {};
  }
  return index;
}

RowIndexStore::RowIndexStore(std::int64_t samples, int step, std::uint64_t max_bytes)
    : step_(step), max_bytes_(max_bytes), of_sample_(static_cast<std::size_t>(samples)) {}

std::span<const std::byte> RowIndexStore::rows_of(std::int64_t sample, RawSample& picture) {
  const Entry* entry = of_sample_[static_cast<std::size_t>(sample)].load(std::memory_order_acquire);
  if (entry == nullptr) entry = make(sample, picture);
  const bool fits = entry != nullptr && entry->picture_bytes == picture.bytes.size() && !entry->rows.empty() &&
                    entry->picture_crc32c == checksum_of(picture);
  return fits ? std::span<const std::byte>(entry->rows) : std::span<const std::byte>();
}

const RowIndexStore::Entry* RowIndexStore::make(std::int64_t sample, RawSample& picture) {
  std::unique_ptr<image::JpegReader> reader = take_reader();
  if (!reader) return nullptr;
  Entry entry;
  entry.picture_bytes = static_cast<std::uint32_t>(picture.bytes.size());
  entry.picture_crc32c = checksum_of(picture);
  entry.rows = make_row_index(*reader, picture.bytes, picture.slack, step_);
  give_back(std::move(reader));
  return keep(sample, std::move(entry));
}

const RowIndexStore::Entry* RowIndexStore::keep(std::int64_t sample, Entry entry) {
  const std::scoped_lock lock(mutex_);
  auto& place = of_sample_[static_cast<std::size_t>(sample)];
  // Copies of a picture in one epoch may be read by two threads at once.
  if (const Entry* other = place.load(std::memory_order_relaxed)) return other;
  if (entry.rows.size() > kMaxRowIndexBytes) entry.rows.clear();
  bytes_ += sizeof(Entry) + entry.rows.size();
  entry.rows.shrink_to_fit();
  const Entry* kept = &entries_.emplace_back(std::move(entry));
  place.store(kept, std::memory_order_release);
  return kept;
}

// One for each thread that is at it; none once the store is full.
std::unique_ptr<image::JpegReader> RowIndexStore::take_reader() {
  const std::scoped_lock lock(mutex_);
  if (bytes_ >= max_bytes_) {
    idle_readers_.clear();
    return nullptr;
  }
  if (idle_readers_.empty()) return std::make_unique<image::JpegReader>();
  std::unique_ptr<image::JpegReader> reader = std::move(idle_readers_.back());
  idle_readers_.pop_back();
  return reader;
}

void RowIndexStore::give_back(std::unique_ptr<image::JpegReader> reader) {
  const std::scoped_lock lock(mutex_);
  idle_readers_.push_back(std::move(reader));
}

std::int64_t RowIndexStore::made() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::int64_t>(entries_.size());
}

void RowIndexStore::write(const std::filesystem::path& path, const RowIndexFile* old) const {
  RowIndexWriter writer(path, step_);
  std::vector<std::byte> buffer;
  for (std::size_t i = 0; i < of_sample_.size(); ++i) {
    if (const Entry* entry = of_sample_[i].load(std::memory_order_acquire)) {
      writer.add(entry->picture_bytes, entry->picture_crc32c, entry->rows);
    } else if (old != nullptr) {
      copy_entry(*old, static_cast<std::int64_t>(i), buffer, writer);
    } else {
      writer.add(0, 0, {});
    }
  }
  writer.finish();
}

}  // namespace topfive::data
