#include "topfive/engine/metrics_csv.h"

#include <charconv>
#include <cmath>
#include <utility>

namespace topfive::engine {
namespace {

// The fewest digits that give the same number again; empty where there is none.
std::string cell(double value) {
  if (!std::isfinite(value)) return "";
  char text[32];
  const auto result = std::to_chars(text, text + sizeof text, value);
  return {text, result.ptr};
}

std::string cell(const std::optional<double>& value) { return value ? cell(*value) : ""; }
std::string cell(std::int64_t value) { return std::to_string(value); }

std::string cells() { return ""; }
template <class First, class... Rest>
std::string cells(const First& first, const Rest&... rest) {
  return "," + cell(first) + cells(rest...);
}

}  // namespace

std::string_view metrics_csv_header() {
  return "event,step,epoch,time,loss,learning_rate,gradient_norm,parameter_norm,dead_units,loss_scale,skipped_steps,"
         "rollbacks,bad_images,images_per_second,data_wait,seconds_data,seconds_copy,seconds_forward,seconds_backward,"
         "seconds_optimizer,seconds_other,train_loss,train_top1_error,top1_error,top5_error,images";
}

MetricsCsv::MetricsCsv(std::filesystem::path path, std::int64_t keep_bytes) : file_(std::move(path), keep_bytes) {
  if (file_.bytes() == 0) file_.append(std::string(metrics_csv_header()) + "\n");
}

void MetricsCsv::write(const TrainRecord& record) {
  std::string line = "train" + cells(record.step, record.epoch, record.time, record.loss, record.learning_rate,
                                     record.gradient_norm, record.parameter_norm, record.dead_units, record.loss_scale);
  line += cells(record.skipped_steps, record.rollbacks, record.bad_images, record.images_per_second, record.data_wait);
  for (const double seconds : record.seconds) line += cells(seconds);
  file_.append(line + ",,,,,\n");
}

void MetricsCsv::write(const EvalRecord& record) {
  constexpr std::size_t kTrainingColumns = 17;
  std::string line = "eval" + cells(record.step, record.epoch, record.time) + std::string(kTrainingColumns, ',');
  line += cells(record.train_loss, record.train_top1_error, record.counts.top1_error(), record.counts.top5_error(),
                record.counts.total);
  file_.append(line + "\n");
}

}  // namespace topfive::engine
