// The record of a run for programs: one JSON object a line, appended as it happens. docs/run_log.md has the schema.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "topfive/engine/append_file.h"
#include "topfive/engine/run_records.h"

namespace topfive::engine {

// One writer. UserError(kIo) where the disk refuses.
class RunLog {
 public:
  // Opens for appending and cuts the file to `keep_bytes` first: what a checkpoint knew. Everything after it will be
  // written again by the resumed run.
  RunLog(std::filesystem::path path, std::int64_t keep_bytes);
  void write(const TrainRecord& record);
  void write(const EpochRecord& record);
  void write(const EvalRecord& record);
  void write(const HealthRecord& record);
  void sync() { file_.sync(); }
  std::int64_t bytes() const { return file_.bytes(); }

 private:
  AppendFile file_;
};

struct RunHistory {
  std::vector<TrainRecord> train;
  std::vector<EvalRecord> eval;
};

// Reads a log back; lines of other kinds, or cut short by a crash, are passed over.
RunHistory read_run_log(const std::filesystem::path& path);

}  // namespace topfive::engine
