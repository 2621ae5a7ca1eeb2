#include "topfive/engine/run_log.h"

#include <fstream>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

namespace topfive::engine {
namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

double number(const Json& json, const char* key, double otherwise = 0.0) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<double>() : otherwise;
}

std::int64_t integer(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::string text(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<double> optional_number(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

TrainRecord read_train(const Json& json) {
  TrainRecord record;
  record.step = integer(json, "step");
  record.epoch = integer(json, "epoch");
  record.loss = number(json, "loss", std::numeric_limits<double>::quiet_NaN());
  record.learning_rate = number(json, "learning_rate");
  record.images_per_second = number(json, "images_per_second");
  record.data_wait = number(json, "data_wait");
  record.bad_images = integer(json, "bad_images");
  record.gradient_norm = optional_number(json, "gradient_norm");
  record.parameter_norm = optional_number(json, "parameter_norm");
  record.dead_units = optional_number(json, "dead_units");
  record.dead_layer = text(json, "dead_layer");
  record.loss_scale = number(json, "loss_scale", 1.0);
  record.skipped_steps = integer(json, "skipped_steps");
  record.rollbacks = integer(json, "rollbacks");
  record.time = number(json, "time");
  const auto seconds = json.find("seconds");
  for (std::size_t i = 0; seconds != json.end() && i < kStepPhases; ++i) {
    record.seconds[i] = number(*seconds, kStepPhaseNames[i]);
  }
  return record;
}

EvalRecord read_eval(const Json& json) {
  EvalRecord record;
  record.step = integer(json, "step");
  record.epoch = integer(json, "epoch");
  record.train_loss = number(json, "train_loss");
  record.train_top1_error = number(json, "train_top1_error");
  record.counts.total = integer(json, "images");
  record.counts.top1_correct = record.counts.total - integer(json, "top1_wrong");
  record.counts.top5_correct = record.counts.total - integer(json, "top5_wrong");
  record.time = number(json, "time");
  return record;
}

}  // namespace

RunLog::RunLog(std::filesystem::path path, std::int64_t keep_bytes) : file_(std::move(path), keep_bytes) {}

void RunLog::write(const TrainRecord& record) {
  Json seconds;
  for (std::size_t i = 0; i < kStepPhases; ++i) seconds[kStepPhaseNames[i]] = record.seconds[i];
  file_.append(line_of({{"event", "train"},
                        {"step", record.step},
                        {"epoch", record.epoch},
                        {"loss", record.loss},
                        {"learning_rate", record.learning_rate},
                        {"gradient_norm", or_null(record.gradient_norm)},
                        {"parameter_norm", or_null(record.parameter_norm)},
                        {"dead_units", or_null(record.dead_units)},
                        {"dead_layer", record.dead_layer},
                        {"loss_scale", record.loss_scale},
                        {"skipped_steps", record.skipped_steps},
                        {"rollbacks", record.rollbacks},
                        {"bad_images", record.bad_images},
                        {"images_per_second", record.images_per_second},
                        {"data_wait", record.data_wait},
                        {"bound", record.data_bound() ? "data" : "compute"},
                        {"seconds", seconds},
                        {"time", record.time}}));
}

void RunLog::write(const EpochRecord& record) {
  file_.append(line_of({{"event", "epoch"},
                        {"step", record.step},
                        {"epoch", record.epoch},
                        {"images", record.images},
                        {"train_loss", record.train_loss},
                        {"train_top1_error", record.train_top1_error},
                        {"bad_images", record.bad_images},
                        {"time", record.time}}));
}

void RunLog::write(const EvalRecord& record) {
  const auto& counts = record.counts;
  Json json = {{"event", "eval"},
               {"step", record.step},
               {"epoch", record.epoch},
               {"train_loss", record.train_loss},
               {"train_top1_error", record.train_top1_error},
               {"top1_error", counts.top1_error()},
               {"top5_error", counts.top5_error()},
               {"top1_wrong", counts.total - counts.top1_correct},
               {"top5_wrong", counts.total - counts.top5_correct},
               {"images", counts.total}};
  if (record.raw_counts) {
    json["raw_top1_error"] = record.raw_counts->top1_error();
    json["raw_top5_error"] = record.raw_counts->top5_error();
  }
  json["time"] = record.time;
  file_.append(line_of(json));
}

void RunLog::write(const HealthRecord& record) {
  file_.append(line_of({{"event", "health"},
                        {"step", record.step},
                        {"epoch", record.epoch},
                        {"name", record.name},
                        {"text", record.text},
                        {"time", record.time}}));
}

RunHistory read_run_log(const std::filesystem::path& path) {
  RunHistory history;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) continue;
    const std::string event = text(json, "event");
    if (event == "train") history.train.push_back(read_train(json));
    if (event == "eval") history.eval.push_back(read_eval(json));
  }
  return history;
}

}  // namespace topfive::engine
