#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "topfive/base/text.h"
#include "topfive/bench/process_usage.h"
#include "topfive/bench/report_text.h"
#include "topfive/bench/train_bench.h"
#include "topfive/engine/build_info.h"

namespace topfive::bench {
namespace {

using engine::StepPhase;

// In the order of the work. One process reduces no gradients.
constexpr std::array<std::pair<const char*, int>, 6> kParts = {
    {{"data", static_cast<int>(StepPhase::kData)},
     {"copy", static_cast<int>(StepPhase::kCopy)},
     {"forward", static_cast<int>(StepPhase::kForward)},
     {"backward", static_cast<int>(StepPhase::kBackward)},
     {"all-reduce", -1},
     {"optimizer", static_cast<int>(StepPhase::kOptimizer)}}};

double part_seconds(const TrainFigures& figures, int phase) {
  if (phase < 0) return 0.0;
  return figures.phase_seconds[static_cast<std::size_t>(phase)] / static_cast<double>(figures.step_seconds.size());
}

double sum_of_parts(const TrainFigures& figures) {
  double sum = 0;
  for (const auto& part : kParts) sum += part_seconds(figures, part.second);
  return sum;
}

constexpr std::size_t kColumn = 18;

std::string memory_text(const TrainFigures& figures) {
  const std::int64_t growth = figures.memory_at_end - figures.memory_after_warm_up;
  std::string text = padded("memory", kColumn) +
                     formatted("%.0f MiB resident after the warm-up, ", mebibytes(figures.memory_after_warm_up));
  text += growth > 0 ? formatted("%.1f MiB more at the end", mebibytes(growth)) : std::string("no more at the end");
  text += formatted("; peak %.0f MiB\n", mebibytes(figures.peak_memory));
  if (figures.device_peak_memory > 0) {
    text += padded("device memory", kColumn) + formatted("peak %.0f MiB\n", mebibytes(figures.device_peak_memory));
  }
  return text;
}

}  // namespace

std::string train_text(const TrainFigures& figures) {
  std::string text = padded("network", kColumn) + figures.model + ", " + base::with_thousands(figures.parameters) +
                     " parameters, batches of " + std::to_string(figures.batch_size) + " at " +
                     std::to_string(figures.image_size) + "x" + std::to_string(figures.image_size) + "\n";
  text += padded("on", kColumn) + figures.device + ", " + figures.precision + ", " +
          (figures.channels_last ? "channels-last" : "contiguous") +
          (figures.activation_checkpointing ? ", activation checkpointing" : "") + "\n";
  const auto [least, most] = std::minmax_element(figures.step_seconds.begin(), figures.step_seconds.end());
  text +=
      padded("speed", kColumn) + formatted("%.4g pictures a second: median of %zu steps, %.4g ms each (%.4g to %.4g)\n",
                                           figures.images_per_second(), figures.step_seconds.size(),
                                           1e3 * figures.median_step_seconds(), 1e3 * *least, 1e3 * *most);
  text += memory_text(figures);
  text += "\n" + padded("one step", kColumn) + "ms        share\n";
  const double whole = sum_of_parts(figures);
  for (const auto& [name, phase] : kParts) {
    const double seconds = part_seconds(figures, phase);
    text +=
        padded(name, kColumn) + formatted("%-9.3f %.1f %%\n", 1e3 * seconds, whole > 0 ? 100 * seconds / whole : 0.0);
  }
  return text;
}

std::string train_json(const TrainFigures& figures) {
  nlohmann::ordered_json json;
  json["version"] = engine::build_summary();
  json["cpu"] = cpu_name();
  json["model"] = figures.model;
  json["device"] = figures.device;
  json["precision"] = figures.precision;
  json["parameters"] = figures.parameters;
  json["batch_size"] = figures.batch_size;
  json["image_size"] = figures.image_size;
  json["threads"] = figures.threads;
  json["channels_last"] = figures.channels_last;
  json["activation_checkpointing"] = figures.activation_checkpointing;
  json["images_per_second"] = figures.images_per_second();
  json["step_seconds"] = figures.step_seconds;
  for (const auto& [name, phase] : kParts) json["phase_seconds"][name] = part_seconds(figures, phase);
  json["memory_after_warm_up_bytes"] = figures.memory_after_warm_up;
  json["memory_at_end_bytes"] = figures.memory_at_end;
  json["peak_memory_bytes"] = figures.peak_memory;
  json["device_peak_memory_bytes"] = figures.device_peak_memory;
  json["last_loss"] = figures.last_loss;
  return json.dump(1) + "\n";
}

}  // namespace topfive::bench
