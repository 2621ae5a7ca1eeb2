#include "topfive/bench/data_report.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "topfive/base/text.h"
#include "topfive/bench/process_usage.h"
#include "topfive/bench/report_text.h"
#include "topfive/engine/build_info.h"

namespace topfive::bench {
namespace {

// Seconds a picture by name, in the order of the work.
using Parts = std::vector<std::pair<std::string, double>>;

double per(double sum, std::int64_t count) { return count > 0 ? sum / static_cast<double>(count) : 0.0; }
double share(double part, double whole) { return whole > 0 ? part / whole : 0.0; }

// The clocks between the stages cost a little; what remains is scaled to the path without them.
Parts stage_parts(const DataFigures& figures) {
  const StageCosts& costs = figures.stages;
  const data::StageSeconds& stages = costs.stages;
  const double scale = share(per(costs.path, costs.pictures), stages.sum());
  return {{"read", scale * stages.read},         {"header", scale * stages.header},
          {"augment", scale * stages.augment},   {"decode", scale * stages.decode},
          {"resample", scale * stages.resample}, {"normalise", figures.run.normalise}};
}

Parts ceiling_parts(const DataFigures& figures) {
  const StageCosts& costs = figures.stages;
  Parts parts = {{"path without normalising", per(costs.path, costs.pictures)}};
  if (costs.encoded > 0) parts.emplace_back("whole decode only", per(costs.whole_decode, costs.encoded));
  if (costs.planned > 0) {
    parts.emplace_back("window decode only", per(costs.window_decode, costs.planned));
    parts.emplace_back("resample only", per(costs.resample, costs.planned));
  }
  parts.emplace_back("copy of the batch", figures.run.copy);
  return parts;
}

double sum_of(const Parts& parts) {
  double sum = 0;
  for (const auto& part : parts) sum += part.second;
  return sum;
}

std::string run_text(const LoaderRun& run) {
  std::string text = padded("delivered") + base::with_thousands(run.images) + " pictures" +
                     formatted(" in %.1f s: %.0f a second, %.0f a CPU-second\n", run.wall_seconds,
                               share(static_cast<double>(run.images), run.wall_seconds),
                               share(static_cast<double>(run.images), run.cpu_seconds));
  text += padded("waiting") + formatted("%.0f %% of the time the consumer waited for a batch\n",
                                        100 * share(run.seconds_waited, run.wall_seconds));
  text += padded("memory") + formatted("peak %.0f MiB, of which the loader may use %.0f MiB\n",
                                       mebibytes(run.peak_memory_bytes), mebibytes(run.loader_memory_bytes));
  const auto percent = [&](std::int64_t count) { return 100 * per(static_cast<double>(count), run.reads.pictures); };
  text += padded("decoded") +
          formatted(
              "%.1f %% in part (%.1f %% by our own JPEG decoder, %.1f %% with a row index), %.1f %% as a whole; a "
              "reader keeps %.1f MiB\n",
              percent(run.reads.windows_decoded), percent(run.reads.own_windows), percent(run.reads.indexed_windows),
              percent(run.reads.whole_decoded), mebibytes(static_cast<std::int64_t>(run.reads.scratch_bytes)));
  if (run.bad_images > 0) text += padded("bad pictures") + base::with_thousands(run.bad_images) + "\n";
  return text;
}

std::string stage_text(const Parts& parts) {
  std::string text = "\n" + padded("one picture, one thread") + "us      share\n";
  const double whole = sum_of(parts);
  for (const auto& [name, seconds] : parts) {
    text += padded(name) + formatted("%-7.1f %.1f %%\n", 1e6 * seconds, 100 * share(seconds, whole));
  }
  return text;
}

std::string ceiling_text(const Parts& parts) {
  std::string text = "\n" + padded("ceilings") + "pictures a CPU-second\n";
  for (const auto& [name, seconds] : parts) {
    text += padded(name) + base::with_thousands(static_cast<long long>(share(1.0, seconds))) + "\n";
  }
  return text;
}

nlohmann::ordered_json microseconds(const Parts& parts) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, seconds] : parts) json[name] = 1e6 * seconds;
  return json;
}

nlohmann::ordered_json rates(const Parts& parts) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, seconds] : parts) json[name] = share(1.0, seconds);
  return json;
}

}  // namespace

std::string data_text(const DataFigures& figures) {
  return padded("input") + figures.input + ", batches of " + std::to_string(figures.batch_size) + ", " +
         std::to_string(figures.run.loader_threads) + " loader threads\n" + run_text(figures.run) +
         stage_text(stage_parts(figures)) + ceiling_text(ceiling_parts(figures));
}

std::string data_json(const DataFigures& figures) {
  const LoaderRun& run = figures.run;
  nlohmann::ordered_json json;
  json["version"] = engine::build_summary();
  json["cpu"] = cpu_name();
  json["input"] = figures.input;
  json["batch_size"] = figures.batch_size;
  json["loader_threads"] = run.loader_threads;
  json["compute_threads"] = figures.compute_threads;
  json["batches"] = run.batches;
  json["images"] = run.images;
  json["wall_seconds"] = run.wall_seconds;
  json["cpu_seconds"] = run.cpu_seconds;
  json["images_per_second"] = share(static_cast<double>(run.images), run.wall_seconds);
  json["images_per_cpu_second"] = share(static_cast<double>(run.images), run.cpu_seconds);
  json["seconds_waited"] = run.seconds_waited;
  json["checksum"] = run.checksum;
  json["bad_images"] = run.bad_images;
  json["peak_memory_bytes"] = run.peak_memory_bytes;
  json["loader_memory_bytes"] = run.loader_memory_bytes;
  json["scratch_bytes_per_reader"] = run.reads.scratch_bytes;
  json["encoded_bytes"] = run.reads.encoded_bytes;
  json["windows_decoded"] = run.reads.windows_decoded;
  json["own_windows"] = run.reads.own_windows;
  json["indexed_windows"] = run.reads.indexed_windows;
  json["whole_decoded"] = run.reads.whole_decoded;
  json["stages_us_per_image"] = microseconds(stage_parts(figures));
  json["ceilings_images_per_cpu_second"] = rates(ceiling_parts(figures));
  return json.dump(1) + "\n";
}

}  // namespace topfive::bench
