#include "topfive/dataset/pack.h"

#include <memory>
#include <optional>
#include <ostream>

#include "topfive/base/files.h"
#include "topfive/base/log.h"
#include "topfive/base/permutation.h"
#include "topfive/base/progress.h"
#include "topfive/base/stop_signal.h"
#include "topfive/base/text.h"
#include "topfive/data/open_source.h"
#include "topfive/data/printable.h"
#include "topfive/data/record_file.h"
#include "topfive/data/row_index_file.h"
#include "topfive/dataset/ordered_pass.h"
#include "topfive/dataset/pack_rows.h"
#include "topfive/dataset/pack_state.h"
#include "topfive/dataset/sample_keys.h"
#include "topfive/dataset/shard_writer.h"
#include "topfive/dataset/split_parts.h"

namespace topfive::dataset {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Part {
  std::string split;
  std::unique_ptr<data::SampleSource> source;
};

std::vector<Part> open_sources(const PackRequest& request) {
  require_data_directory(request.directory);
  std::vector<Part> parts;
  for (const data::Split split : splits_named(request.split)) {
    parts.push_back({split_text(split), data::open_source(request.data, request.directory, split)});
  }
  if (parts.size() == 2) data::check_same_classes(*parts[0].source, *parts[1].source);
  return parts;
}

// Everything that the bytes of the shards depend on.
Json settings_of(const PackRequest& request, const std::vector<Part>& parts) {
  Json sources = Json::object();
  for (const Part& part : parts) {
    sources[part.split] = {{"samples", part.source->size()}, {"fingerprint", part.source->fingerprint()}};
  }
  return {{"source", std::move(sources)},
          {"seed", request.seed},
          {"shard_mb", request.shard_mb},
          {"lossless", request.rewrite.lossless},
          {"pixels", request.rewrite.pixels().empty() ? "unchanged" : request.rewrite.pixels()},
          {"skip_bad", request.skip_bad}};
}

// Sums over a split, for the summary.
struct PackSums {
  std::int64_t samples = 0;
  std::size_t shards = 0;
  std::uint64_t shard_bytes = 0;
  std::int64_t row_indexes = 0;
  std::vector<std::string> skipped;

  void add(const ShardNote& note, const data::SampleIndex& part) {
    samples += part.size();
    ++shards;
    shard_bytes += note.bytes;
    skipped.insert(skipped.end(), note.skipped.begin(), note.skipped.end());
  }
  Json json() const {
    return {{"samples", samples},
            {"shards", shards},
            {"bytes", shard_bytes},
            {"row_indexes", row_indexes},
            {"skipped", skipped}};
  }
};

// Packs one split, shard after shard.
class SplitPacker {
 public:
  SplitPacker(const PackRequest& request, const Part& part, const PackState& state)
      : request_(request),
        part_(part),
        state_(state),
        keys_(*part.source),
        order_(static_cast<std::uint64_t>(part.source->size()), request.seed, 0),
        limit_(static_cast<std::uint64_t>(request.shard_mb) << 20U) {}

  // False if a signal asked to stop.
  bool run() {
    skip_finished();
    state_.drop_from(part_.split, shard_);
    const std::int64_t first = begin_;
    base::CountProgress progress("packed " + part_.split, part_.source->size() - first);
    const bool whole = ordered_pass<PackedPicture>(
        part_.source->size() - first, threads_or_default(request_.threads),
        [&](std::int64_t i, int) {
          return pack_picture(*part_.source, sample_at(first + i), request_.rewrite, request_.row_indexes);
        },
        [&](std::int64_t i, const PackedPicture& picture) {
          take(first + i, picture);
          progress.add(1);
        });
    progress.finish();
    if (whole && writer_) finish_shard(part_.source->size());
    if (whole && shard_ == 0) {
      throw base::UserError(base::ExitCode::kBadData,
                            part_.split + ": no picture can be used, so there is nothing to pack");
    }
    return whole;
  }

  std::size_t shards() const { return shard_; }

 private:
  std::int64_t sample_at(std::int64_t position) const {
    return static_cast<std::int64_t>(order_(static_cast<std::uint64_t>(position)));
  }

  void skip_finished() {
    while (const auto note = state_.finished(part_.split, shard_)) {
      if (note->begin != begin_ || !has_rows(shard_)) break;
      begin_ = note->end;
      ++shard_;
    }
    note_.begin = begin_;
    if (shard_ > 0) base::log_info("going on behind " + shard_name(part_.split, shard_ - 1));
  }

  // A shard that was packed without row indexes, when they were not wanted, is packed again.
  bool has_rows(std::size_t shard) const {
    std::error_code ignored;
    return !request_.row_indexes || fs::exists(state_.rows_path(part_.split, shard), ignored);
  }

  void take(std::int64_t position, const PackedPicture& picture) {
    const std::int64_t index = sample_at(position);
    if (!picture.error.empty()) return skip(index, picture.error);
    if (writer_ && writer_->bytes_with(picture) > limit_) finish_shard(position);
    if (!writer_) writer_.emplace(state_.work_dir(), shard_name(part_.split, shard_));
    writer_->add(keys_.key(index), file_name_of(*part_.source, index), picture);
  }

  void skip(std::int64_t index, const std::string& reason) {
    const std::string text = part_.source->name(index) + ": " + reason;
    if (!request_.skip_bad) {
      throw base::UserError(base::ExitCode::kBadData,
                            text + "; mend it, or leave out such pictures with --skip-bad (dataset verify lists them)");
    }
    base::log_warning("left out: " + text);
    note_.skipped.push_back(text);
  }

  void finish_shard(std::int64_t end) {
    writer_->finish();
    note_.end = end;
    note_.bytes = writer_->bytes();
    data::SampleIndex part = writer_->index();
    part.kind = "shards";
    part.split = part_.split;
    part.pixels = request_.rewrite.pixels();
    part.class_names = part_.source->class_names();
    part.places[0].stamp = data::stamp_of(state_.work_dir() / part.places[0].name);
    part.sort_canonically();
    if (request_.row_indexes) write_part_rows(state_.rows_path(part_.split, shard_), part, *writer_);
    state_.keep(part_.split, shard_, note_, part, writer_->dali_index());
    writer_.reset();
    note_ = {end, end, 0, {}};
    ++shard_;
  }

  const PackRequest& request_;
  const Part& part_;
  const PackState& state_;
  SampleKeys keys_;
  base::EpochPermutation order_;
  std::uint64_t limit_;
  std::int64_t begin_ = 0;  // where this run begins
  std::size_t shard_ = 0;   // the number of the next one to finish
  ShardNote note_;          // of the one in work
  std::optional<ShardWriter> writer_;
};

// The index of a split from those of its shards, whose times are now those of the files under their final names.
data::SampleIndex merge_parts(const Part& part, std::size_t shards, const PackState& state, const fs::path& out,
                              PackSums& sums) {
  data::SampleIndex index;
  for (std::size_t number = 0; number < shards; ++number) {
    const std::string name = shard_name(part.split, number);
    const data::SampleIndex shard = state.part_of(part.split, number);
    if (number == 0) {
      index.kind = shard.kind;
      index.split = shard.split;
      index.pixels = shard.pixels;
      index.class_names = shard.class_names;
    }
    index.places.push_back({name, data::stamp_of(out / name), false});
    for (std::int64_t i = 0; i < shard.size(); ++i) {
      data::SampleRecord record = shard.records[static_cast<std::size_t>(i)];
      record.place = static_cast<std::uint32_t>(number);
      index.add(record, shard.file_name(i));
    }
    sums.add(*state.finished(part.split, number), shard);
  }
  index.sort_canonically();
  return index;
}

std::string split_line(const std::string& split, const PackSums& sums) {
  std::string line = split + ": " + base::with_thousands(sums.samples) + " samples in " +
                     base::with_thousands(static_cast<long long>(sums.shards)) + " shards, " +
                     format_bytes(static_cast<double>(sums.shard_bytes));
  if (sums.row_indexes > 0) line += ", " + base::with_thousands(sums.row_indexes) + " with a row index";
  if (!sums.skipped.empty()) {
    line += "; left out " + base::with_thousands(static_cast<long long>(sums.skipped.size())) + ", see pack.json";
  }
  return line + "\n";
}

std::string class_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  return text;
}

}  // namespace

base::ExitCode run_pack(const PackRequest& request, std::ostream& out) {
  const std::vector<Part> parts = open_sources(request);
  PackState state(request.out, settings_of(request, parts));
  if (state.is_complete()) {
    out << data::printable(request.out.string()) << ": complete already, with the same settings\n";
    return base::ExitCode::kOk;
  }
  base::write_file_atomically(request.out / "classes.txt", class_list(parts.front().source->class_names()));
  Json summary = {{"splits", Json::object()}};
  std::string lines;
  for (const Part& part : parts) {
    SplitPacker packer(request, part, state);
    if (!packer.run()) {
      base::log_warning("stopped by " + base::stop_signal_name() + "; the same command goes on behind " +
                        base::with_thousands(static_cast<long long>(packer.shards())) + " finished shards");
      return base::ExitCode::kStopped;
    }
    PackSums sums;
    const data::SampleIndex index = merge_parts(part, packer.shards(), state, request.out, sums);
    if (request.row_indexes) {
      sums.row_indexes = merge_rows(data::rows_beside(request.out, part.split), index, state);
    }
    data::write_sample_index(data::index_beside(request.out, part.split), index);
    summary["splits"][part.split] = sums.json();
    lines += split_line(part.split, sums);
  }
  state.complete(summary);
  out << lines << data::printable(request.out.string()) << ": complete\n";
  return base::ExitCode::kOk;
}

}  // namespace topfive::dataset
