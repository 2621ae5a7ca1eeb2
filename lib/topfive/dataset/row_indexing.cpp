#include "topfive/dataset/row_indexing.h"

#include <chrono>
#include <memory>
#include <ostream>

#include "topfive/base/log.h"
#include "topfive/base/progress.h"
#include "topfive/base/stop_signal.h"
#include "topfive/base/text.h"
#include "topfive/data/open_source.h"
#include "topfive/data/printable.h"
#include "topfive/data/row_index_file.h"
#include "topfive/data/row_indexed_source.h"
#include "topfive/dataset/ordered_pass.h"
#include "topfive/dataset/split_parts.h"

namespace topfive::dataset {
namespace {

// A rare huge file must not pin its memory in every thread that met one.
constexpr std::size_t kMostKeptBytes = std::size_t{16} << 20U;

// What one picture adds to the file.
struct IndexedPicture {
  std::uint32_t bytes = 0;  // 0 where it cannot be read
  std::uint32_t crc32c = 0;
  std::vector<std::byte> rows;
  bool is_old = false;  // taken over
};

// One thread's way from a sample to its index.
class PictureIndexer {
 public:
  // Borrows both; `old` may be null.
  PictureIndexer(const data::SampleSource& source, const data::RowIndexFile* old, int step)
      : source_(source), old_(old), step_(step) {}

  IndexedPicture index(std::int64_t sample) {
    IndexedPicture picture;
    try {
      data::RawSample raw = source_.read(sample, buffer_);
      if (raw.encoded) index_file(sample, raw, picture);
    } catch (const data::SampleError&) {
      picture = {};
    }
    if (buffer_.capacity() > kMostKeptBytes) buffer_ = {};
    return picture;
  }

 private:
  void index_file(std::int64_t sample, data::RawSample& raw, IndexedPicture& picture) {
    picture.bytes = static_cast<std::uint32_t>(raw.bytes.size());
    picture.crc32c = data::checksum_of(raw);
    picture.is_old = take_over(sample, picture);
    if (!picture.is_old) picture.rows = data::make_row_index(reader_, raw.bytes, raw.slack, step_);
  }
  bool take_over(std::int64_t sample, IndexedPicture& picture) const {
    if (old_ == nullptr) return false;
    const data::RowIndexRecord& record = old_->record(sample);
    // Where there was none before, a newer decoder may make one.
    const bool is_same = record.picture_bytes == picture.bytes && record.picture_crc32c == picture.crc32c;
    if (!is_same || record.length == 0) return false;
    picture.rows.resize(record.length);
    return old_->read_entry(sample, picture.rows);
  }

  const data::SampleSource& source_;
  const data::RowIndexFile* old_;
  int step_;
  image::JpegReader reader_;
  std::vector<std::byte> buffer_;
};

// Sums over a split.
struct IndexSums {
  std::int64_t pictures = 0;
  std::int64_t indexed = 0;
  std::int64_t old = 0;
  std::int64_t unreadable = 0;
  std::uint64_t bytes = 0;

  void add(const IndexedPicture& picture) {
    ++pictures;
    indexed += picture.rows.empty() ? 0 : 1;
    old += picture.is_old ? 1 : 0;
    unreadable += picture.bytes == 0 ? 1 : 0;
    bytes += picture.rows.size();
  }
};

std::unique_ptr<data::RowIndexFile> older_file(const IndexRequest& request, const std::string& split,
                                               std::int64_t samples) {
  auto old = data::find_rows(request.directory, split, samples);
  return old && old->step() == request.step ? std::move(old) : nullptr;
}

// False if a signal asked to stop.
bool index_pictures(const IndexRequest& request, const data::SampleSource& source, const std::string& split,
                    data::RowIndexWriter& writer, IndexSums& sums) {
  const auto old = older_file(request, split, source.size());
  const int threads = threads_or_default(request.threads);
  std::vector<std::unique_ptr<PictureIndexer>> indexers;
  for (int i = 0; i < threads; ++i) {
    indexers.push_back(std::make_unique<PictureIndexer>(source, old.get(), request.step));
  }
  base::CountProgress progress("indexed " + split, source.size());
  const bool whole = ordered_pass<IndexedPicture>(
      source.size(), threads,
      [&](std::int64_t index, int thread) { return indexers[static_cast<std::size_t>(thread)]->index(index); },
      [&](std::int64_t, const IndexedPicture& picture) {
        writer.add(picture.bytes, picture.crc32c, picture.rows);
        sums.add(picture);
        progress.add(1);
      });
  progress.finish();
  return whole;
}

std::string split_line(const std::string& split, const IndexSums& sums, double seconds,
                       const std::filesystem::path& path) {
  std::string line = split + ": " + base::with_thousands(sums.pictures) + " pictures, " +
                     base::with_thousands(sums.indexed) + " with a row index";
  if (sums.old > 0) line += " (" + base::with_thousands(sums.old) + " from before)";
  if (sums.unreadable > 0) line += ", " + base::with_thousands(sums.unreadable) + " cannot be read";
  if (sums.indexed == 0) return line + "; nothing is written\n";
  return line + ", " + format_bytes(static_cast<double>(sums.bytes)) + ", " +
         base::with_thousands(static_cast<long long>(sums.bytes) / sums.indexed) + " bytes each, " +
         base::decimals(seconds, 1) + " s: " + data::printable(path.string()) + "\n";
}

}  // namespace

base::ExitCode run_index(const IndexRequest& request, std::ostream& out) {
  require_data_directory(request.directory);
  for (const data::Split split : splits_named(request.split)) {
    const auto begin = std::chrono::steady_clock::now();
    const std::string name = split_text(split);
    const auto source = data::open_source(request.data, request.directory, split);
    const auto path = data::rows_to_write(request.directory, name);
    data::RowIndexWriter writer(path, request.step);
    IndexSums sums;
    if (!index_pictures(request, *source, name, writer, sums)) {
      base::log_warning("stopped by " + base::stop_signal_name() + "; the row indexes of " + name +
                        " were not written");
      return base::ExitCode::kStopped;
    }
    if (sums.indexed > 0) writer.finish();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    out << split_line(name, sums, seconds.count(), path);
  }
  return base::ExitCode::kOk;
}

}  // namespace topfive::dataset
