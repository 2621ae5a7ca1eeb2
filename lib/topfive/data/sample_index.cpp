#include "topfive/data/sample_index.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "topfive/base/files.h"
#include "topfive/data/canonical_hash.h"

namespace topfive::data {
namespace {

constexpr std::uint64_t kMaxIndexBytes = std::uint64_t{64} << 30U;

}  // namespace

void SampleIndex::add(SampleRecord record, std::string_view file_name) {
  constexpr std::size_t kMax = std::numeric_limits<std::uint32_t>::max();
  if (names.size() + file_name.size() >= kMax || records.size() >= kMax) throw IndexError("too many samples");
  record.name_begin = static_cast<std::uint32_t>(names.size());
  names += file_name;
  records.push_back(record);
}

std::string_view SampleIndex::file_name(std::int64_t i) const {
  const auto at = static_cast<std::size_t>(i);
  const std::size_t begin = records[at].name_begin;
  const std::size_t end = at + 1 < records.size() ? records[at + 1].name_begin : names.size();
  return std::string_view(names).substr(begin, end - begin);
}

void SampleIndex::sort_canonically() {
  std::vector<std::uint32_t> order(records.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto key = [&](std::uint32_t i) {
    const SampleRecord& record = records[i];
    return std::make_tuple(record.label, file_name(i), record.place, record.offset);
  };
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
  SampleIndex sorted;
  sorted.records.reserve(records.size());
  sorted.names.reserve(names.size());
  for (const std::uint32_t i : order) sorted.add(records[i], file_name(i));
  records = std::move(sorted.records);
  names = std::move(sorted.names);
}

std::string fingerprint_of(const SampleIndex& index) {
  CanonicalHash hash;
  std::int64_t next = 0;
  for (std::size_t c = 0; c < index.class_names.size(); ++c) {
    hash.begin_class(index.class_names[c]);
    for (; next < index.size() && index.records[static_cast<std::size_t>(next)].label == c; ++next) {
      hash.add(index.file_name(next));
    }
  }
  return hash.finish(index.pixels);
}

void write_sample_index(const std::filesystem::path& path, const SampleIndex& index) {
  base::write_file_atomically(path, serialise(index));
}

SampleIndex read_sample_index(const std::filesystem::path& path) {
  std::vector<std::byte> bytes;
  base::read_binary_file(path, kMaxIndexBytes, bytes);
  return parse_sample_index(bytes);
}

std::filesystem::path index_beside(const std::filesystem::path& data_dir, const std::string& split) {
  return data_dir / (split + ".index");
}

}  // namespace topfive::data
