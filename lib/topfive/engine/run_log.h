// The record of a run for programs: one JSON object a line, appended and flushed as it happens.
//
// Records: {"event": "train", step, epoch, loss, learning_rate, images_per_second, data_wait,
//           bad_images},
//          {"event": "eval", step, epoch, train_loss, train_top1_error, top1_error, top5_error, top1_wrong, ...}.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "topfive/metrics/top_k.h"

namespace topfive::engine {

struct TrainRecord {
  std::int64_t step = 0;
  std::int64_t epoch = 0;  // counted from 1, as shown to people
  double loss = 0.0;       // mean over the pictures since the last record
  double learning_rate = 0.0;
  double images_per_second = 0.0;
  double data_wait = 0.0;       // share of the time spent waiting for the input path, 0 to 1
  std::int64_t bad_images = 0;  // that were replaced, since the run began
};

struct EvalRecord {
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  double train_loss = 0.0;  // mean over the epoch
  double train_top1_error = 0.0;
  metrics::TopKCounts counts;
};

// One writer. UserError(kIo) where the disk refuses.
class RunLog {
 public:
  // Opens for appending and cuts the file to `keep_bytes` first: what a checkpoint knew. Everything after it will be
  // written again by the resumed run.
  RunLog(std::filesystem::path path, std::int64_t keep_bytes);
  void write(const TrainRecord& record);
  void write(const EvalRecord& record);
  std::int64_t bytes() const { return bytes_; }

 private:
  void append(const std::string& line);

  std::filesystem::path path_;
  std::ofstream file_;
  std::int64_t bytes_ = 0;
};

struct RunHistory {
  std::vector<TrainRecord> train;
  std::vector<EvalRecord> eval;
};

// Reads a log back; lines of other kinds, or cut short by a crash, are passed over.
RunHistory read_run_log(const std::filesystem::path& path);

}  // namespace topfive::engine
