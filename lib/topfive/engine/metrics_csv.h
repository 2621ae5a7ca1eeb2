// The figures of a run for spreadsheets: a line for every interval and every evaluation.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "topfive/engine/append_file.h"
#include "topfive/engine/run_records.h"

namespace topfive::engine {

// One writer. UserError as AppendFile's.
class MetricsCsv {
 public:
  // Cut to keep_bytes as AppendFile does; an empty file gets its header.
  MetricsCsv(std::filesystem::path path, std::int64_t keep_bytes);
  void write(const TrainRecord& record);
  void write(const EvalRecord& record);
  void sync() { file_.sync(); }
  std::int64_t bytes() const { return file_.bytes(); }

 private:
  AppendFile file_;
};

// The names of the columns, which do not change, with a comma between two. What a record does not have stays empty.
std::string_view metrics_csv_header();

}  // namespace topfive::engine
