#include "topfive/data/indexed_source.h"

#include "topfive/base/crc32c.h"
#include "topfive/base/error.h"
#include "topfive/base/log.h"
#include "topfive/data/picture_file.h"
#include "topfive/data/printable.h"

namespace topfive::data {
namespace {

// Notes the checksum where it had to be computed.
bool is_whole(RawSample& sample, const SampleRecord& record) {
  if ((record.flags & sample_flag::kChecksumKnown) == 0) return true;
  sample.crc32c = base::crc32c(sample.bytes);
  return sample.crc32c == record.crc32c;
}

std::shared_ptr<RecordFile> open_place(const IndexedPlace& place, const std::filesystem::path& data_dir) {
  auto file = std::make_shared<RecordFile>(data_dir / place.name);
  if (file->size() == place.stamp.size) return file;
  throw base::UserError(base::ExitCode::kBadData, file->name() + ": changed while it was opened; start again");
}

}  // namespace

IndexedSource::IndexedSource(SampleIndex index, std::filesystem::path data_dir, Names names)
    : index_(std::move(index)), data_dir_(std::move(data_dir)), names_(names), fingerprint_(fingerprint_of(index_)) {
  archives_.resize(index_.places.size());
  for (const SampleRecord& sample : index_.records) {
    auto& archive = archives_[sample.place];
    const IndexedPlace& place = index_.places[sample.place];
    if (!archive && !place.is_directory) archive = open_place(place, data_dir_);
  }
}

std::string IndexedSource::name(std::int64_t index) const {
  std::string file = printable(index_.file_name(index));
  if (names_ == Names::kAsListed) return file;
  return index_.split + "/" + index_.class_names[record(index).label] + "/" + file;
}

PicturePath IndexedSource::file_path(std::int64_t index) const {
  PicturePath path;
  path /= data_dir_.native();
  path /= index_.places[record(index).place].name;
  path /= index_.file_name(index);
  return path;
}

RawSample IndexedSource::read_from(const RecordFile& archive, const SampleRecord& record,
                                   std::vector<std::byte>& buffer) const {
  RawSample sample = archive.read_record(record.offset, record.size, buffer);
  if (is_whole(sample, record)) return sample;
  if (archive.uses_copy()) {
    archive.drop_copy();
    base::log_warning(archive.name() + ": its local copy is damaged; going on with the original");
    sample = archive.read_record(record.offset, record.size, buffer);
    if (is_whole(sample, record)) return sample;
  }
  archive.fail(record.offset, "the record's checksum is wrong: it was damaged on disk");
}

RawSample IndexedSource::read(std::int64_t index, std::vector<std::byte>& buffer) const {
  const SampleRecord& sample = record(index);
  if (const auto& archive = archives_[sample.place]) return read_from(*archive, sample, buffer);
  return read_picture_file(file_path(index), buffer);
}

void IndexedSource::will_need(std::int64_t index) const {
  const SampleRecord& sample = record(index);
  if (const auto& archive = archives_[sample.place]) {
    archive->will_need(sample.offset, sample.size);
  } else {
    will_need_picture_file(file_path(index));
  }
}

std::vector<std::shared_ptr<RecordFile>> IndexedSource::archives() const {
  std::vector<std::shared_ptr<RecordFile>> open;
  for (const auto& archive : archives_) {
    if (archive) open.push_back(archive);
  }
  return open;
}

}  // namespace topfive::data
