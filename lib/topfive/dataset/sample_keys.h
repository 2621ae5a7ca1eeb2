// The names that samples have in shards.
//
// Python's webdataset and DALI cut a name at the first dot of its last part, so a key has no dot of its own; DALI's
// index separates its fields by blanks, so it has none of those either.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "topfive/data/sample_source.h"

namespace topfive::dataset {

// The file name of a sample: the last part of its name. Samples that are no files are called by their number.
std::string file_name_of(const data::SampleSource& source, std::int64_t index);

// Keys "<class>/<stem>", unique over the whole source: where two would be the same, the later one in the source's order
// gets "_2", "_3" and so on at its end. They depend on the names alone.
class SampleKeys {
 public:
  // Borrows the source, all of whose names are looked at.
  explicit SampleKeys(const data::SampleSource& source);
  std::string key(std::int64_t index) const;

 private:
  std::string plain_key(std::int64_t index) const;
  std::unordered_set<std::size_t> hashes_met_twice() const;
  void rename_taken(const std::unordered_set<std::size_t>& suspects);

  const data::SampleSource& source_;
  std::vector<std::string> folders_;             // one a class, distinct
  std::map<std::int64_t, std::string> renamed_;  // the few whose plain key was taken
};

}  // namespace topfive::dataset
