#include "topfive/engine/run_log.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"

namespace topfive::engine {
namespace {

using Json = nlohmann::ordered_json;

TrainRecord read_train(const Json& json) {
  TrainRecord record;
  record.step = json.value("step", std::int64_t{0});
  record.epoch = json.value("epoch", std::int64_t{0});
  record.loss = json.value("loss", 0.0);
  record.learning_rate = json.value("learning_rate", 0.0);
  record.images_per_second = json.value("images_per_second", 0.0);
  record.data_wait = json.value("data_wait", 0.0);
  record.bad_images = json.value("bad_images", std::int64_t{0});
  return record;
}

EvalRecord read_eval(const Json& json) {
  EvalRecord record;
  record.step = json.value("step", std::int64_t{0});
  record.epoch = json.value("epoch", std::int64_t{0});
  record.train_loss = json.value("train_loss", 0.0);
  record.train_top1_error = json.value("train_top1_error", 0.0);
  record.counts.total = json.value("images", std::int64_t{0});
  record.counts.top1_correct = record.counts.total - json.value("top1_wrong", std::int64_t{0});
  record.counts.top5_correct = record.counts.total - json.value("top5_wrong", std::int64_t{0});
  return record;
}

}  // namespace

RunLog::RunLog(std::filesystem::path path, std::int64_t keep_bytes) : path_(std::move(path)), bytes_(keep_bytes) {
  std::error_code error;
  if (std::filesystem::exists(path_)) {
    bytes_ = std::min(bytes_, static_cast<std::int64_t>(std::filesystem::file_size(path_)));
    std::filesystem::resize_file(path_, static_cast<std::uintmax_t>(bytes_), error);
  } else {
    bytes_ = 0;
  }
  file_.open(path_, std::ios::app | std::ios::binary);
  if (error || !file_) {
    throw base::UserError(base::ExitCode::kCannotCreate,
                          path_.string() + ": cannot write the run log; choose another --out");
  }
}

void RunLog::write(const TrainRecord& record) {
  const Json json = {{"event", "train"},
                     {"step", record.step},
                     {"epoch", record.epoch},
                     {"loss", record.loss},
                     {"learning_rate", record.learning_rate},
                     {"images_per_second", record.images_per_second},
                     {"data_wait", record.data_wait},
                     {"bad_images", record.bad_images}};
  append(json.dump());
}

void RunLog::write(const EvalRecord& record) {
  const auto& counts = record.counts;
  const Json json = {{"event", "eval"},
                     {"step", record.step},
                     {"epoch", record.epoch},
                     {"train_loss", record.train_loss},
                     {"train_top1_error", record.train_top1_error},
                     {"top1_error", counts.top1_error()},
                     {"top5_error", counts.top5_error()},
                     {"top1_wrong", counts.total - counts.top1_correct},
                     {"top5_wrong", counts.total - counts.top5_correct},
                     {"images", counts.total}};
  append(json.dump());
}

void RunLog::append(const std::string& line) {
  file_ << line << '\n' << std::flush;
  if (!file_) {
    throw base::UserError(base::ExitCode::kIo, path_.string() + ": cannot write: " + std::strerror(errno) +
                                                   "; free space, then go on with --resume auto");
  }
  bytes_ += static_cast<std::int64_t>(line.size()) + 1;
}

RunHistory read_run_log(const std::filesystem::path& path) {
  RunHistory history;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) continue;
    const auto event = json.value("event", std::string());
    if (event == "train") history.train.push_back(read_train(json));
    if (event == "eval") history.eval.push_back(read_eval(json));
  }
  return history;
}

}  // namespace topfive::engine
