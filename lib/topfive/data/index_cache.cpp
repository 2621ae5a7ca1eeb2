#include "topfive/data/index_cache.h"

#include <algorithm>
#include <cstdlib>

#include "topfive/base/crc32c.h"
#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/log.h"
#include "topfive/base/sha256.h"
#include "topfive/data/printable.h"

namespace topfive::data {
namespace {

namespace fs = std::filesystem;

fs::path cached_index(const IndexKey& key) { return cached_path(key.kind + "\n" + key.split, key.data_dir, ".index"); }

std::string names_differ(const SampleIndex& index, std::vector<std::string> expected) {
  if (expected.empty()) return "";
  std::vector<std::string> names;
  for (const IndexedPlace& place : index.places) names.push_back(place.name);
  std::sort(names.begin(), names.end());
  std::sort(expected.begin(), expected.end());
  std::vector<std::string> difference;
  std::set_symmetric_difference(names.begin(), names.end(), expected.begin(), expected.end(),
                                std::back_inserter(difference));
  if (difference.empty()) return "";
  const bool is_new = std::binary_search(expected.begin(), expected.end(), difference.front());
  return printable(difference.front()) + (is_new ? " is new" : " is gone");
}

// Whether the first and the last record of a place still have their checksums.
bool records_hold(const SampleIndex& index, std::uint32_t place, const fs::path& path) {
  const SampleRecord* first = nullptr;
  const SampleRecord* last = nullptr;
  for (const SampleRecord& record : index.records) {
    if (record.place != place) continue;
    if ((record.flags & sample_flag::kChecksumKnown) == 0) return false;
    if (first == nullptr || record.offset < first->offset) first = &record;
    if (last == nullptr || record.offset > last->offset) last = &record;
  }
  if (first == nullptr) return false;
  const RecordFile file(path);
  std::vector<std::byte> buffer;
  const auto holds = [&](const SampleRecord& record) {
    return base::crc32c(file.read_record(record.offset, record.size, buffer).bytes) == record.crc32c;
  };
  return holds(*first) && holds(*last);
}

// A copy of a data set has new times. Where every record has a checksum, which each read compares, a look at two
// records of the archive is enough to go on.
bool is_copy(const SampleIndex& index, std::uint32_t place, const FileStamp& now, const fs::path& path) {
  const IndexedPlace& known = index.places[place];
  if (known.is_directory || known.stamp.size != now.size) return false;
  try {
    return records_hold(index, place, path);
  } catch (const std::runtime_error&) {
    return false;
  }
}

// Why the index no longer fits; empty where it does.
std::string stale_reason(const SampleIndex& index, const IndexKey& key, const std::vector<std::string>& places) {
  if (index.kind != key.kind || index.split != key.split) return "it is the index of " + index.kind + " " + index.split;
  if (auto reason = names_differ(index, places); !reason.empty()) return reason;
  for (std::uint32_t i = 0; i < index.places.size(); ++i) {
    const IndexedPlace& place = index.places[i];
    const fs::path path = key.data_dir / place.name;
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return printable(place.name) + " is gone";
    const FileStamp now = stamp_of(path);
    if (now == place.stamp || is_copy(index, i, now, path)) continue;
    return printable(place.name) + " has changed since";
  }
  return "";
}

std::optional<SampleIndex> usable_index(const fs::path& path, const IndexKey& key,
                                        const std::vector<std::string>& places) {
  std::error_code ignored;
  if (path.empty() || !fs::exists(path, ignored)) return std::nullopt;
  std::string reason;
  try {
    SampleIndex index = read_sample_index(path);
    reason = stale_reason(index, key, places);
    if (reason.empty()) return index;
  } catch (const IndexError& error) {
    reason = error.what();
  } catch (const base::UserError& error) {
    reason = error.what();
  }
  base::log_info(printable(path.string()) + ": index ignored, the data are listed anew: " + printable(reason));
  return std::nullopt;
}

bool changed_lately(const SampleIndex& index, std::chrono::system_clock::time_point listed) {
  const auto since_epoch = std::chrono::duration_cast<std::chrono::nanoseconds>(listed.time_since_epoch());
  const std::int64_t settled = since_epoch.count() - 2'000'000'000;
  return std::any_of(index.places.begin(), index.places.end(),
                     [&](const IndexedPlace& place) { return place.stamp.mtime_ns > settled; });
}

}  // namespace

fs::path cache_directory() {
  if (const char* own = std::getenv("TOPFIVE_CACHE_DIR"); own != nullptr) return own;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    return fs::path(cache) / "topfive";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') return fs::path(home) / ".cache/topfive";
  return {};
}

fs::path cached_path(const std::string& what, const fs::path& data_dir, const std::string& ending) {
  const fs::path directory = cache_directory();
  if (directory.empty()) return {};
  std::error_code error;
  const fs::path canonical = fs::weakly_canonical(data_dir, error);
  const std::string whole = what + "\n" + (error ? data_dir : canonical).string();
  return directory / (base::sha256_of(whole).substr(0, 32) + ending);
}

std::optional<SampleIndex> find_index_beside(const IndexKey& key, const std::vector<std::string>& places) {
  return usable_index(index_beside(key.data_dir, key.split), key, places);
}

std::optional<SampleIndex> find_cached_index(const IndexKey& key, const std::vector<std::string>& places) {
  return usable_index(cached_index(key), key, places);
}

void keep_index(const IndexKey& key, const SampleIndex& index, std::chrono::system_clock::time_point listed) {
  const fs::path path = cached_index(key);
  if (path.empty() || changed_lately(index, listed)) return;
  try {
    base::create_writable_directory(path.parent_path());
    write_sample_index(path, index);
  } catch (const base::UserError& error) {
    base::log_debug(std::string("the index is not cached: ") + error.what());
  }
}

}  // namespace topfive::data
