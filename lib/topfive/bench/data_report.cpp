#include "topfive/bench/data_report.h"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "topfive/base/text.h"
#include "topfive/bench/process_usage.h"
#include "topfive/engine/build_info.h"

namespace topfive::bench {
namespace {

// Seconds a picture by name, in the order of the work.
using Parts = std::vector<std::pair<std::string, double>>;

double per(double sum, std::int64_t count) { return count > 0 ? sum / static_cast<double>(count) : 0.0; }

// The stages add up to the path: what its parts alone do not explain is the rest. Each part alone begins with cold
// tables of its own, so together they may take a little more than the path; the rest is then nothing.
Parts stage_parts(const DataFigures& figures) {
  const StageCosts& costs = figures.stages;
  const double complete = per(costs.complete, costs.pictures);
  const double read = per(costs.read, costs.pictures);
  const double header = per(costs.header, costs.planned);
  const double decode = per(costs.window_decode, costs.planned) - header;
  const double resample = per(costs.resample, costs.planned);
  Parts parts = {{"read", read}};
  if (costs.planned > 0) {
    parts.insert(parts.end(), {{"header and crop", header}, {"decode", decode}, {"resample", resample}});
    parts.emplace_back("other transforms", std::max(0.0, complete - read - header - decode - resample));
  } else {
    parts.emplace_back("decode and transforms", std::max(0.0, complete - read));
  }
  parts.emplace_back("normalise", figures.run.normalise);
  return parts;
}

Parts ceiling_parts(const DataFigures& figures) {
  const StageCosts& costs = figures.stages;
  Parts parts = {{"path without normalising", per(costs.complete, costs.pictures)},
                 {"whole decode only", per(costs.whole_decode, costs.pictures)}};
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

double share(double part, double whole) { return whole > 0 ? part / whole : 0.0; }

std::string formatted(const char* format, double a, double b = 0, double c = 0) {
  char text[160];
  std::snprintf(text, sizeof(text), format, a, b, c);
  return text;
}

std::string padded(std::string text) {
  text.resize(std::max<std::size_t>(text.size(), 26), ' ');
  return text;
}

std::string run_text(const LoaderRun& run) {
  std::string text = padded("delivered") + base::with_thousands(run.images) + " pictures" +
                     formatted(" in %.1f s: %.0f a second, %.0f a CPU-second\n", run.wall_seconds,
                               share(static_cast<double>(run.images), run.wall_seconds),
                               share(static_cast<double>(run.images), run.cpu_seconds));
  text += padded("waiting") + formatted("%.0f %% of the time the consumer waited for a batch\n",
                                        100 * share(run.seconds_waited, run.wall_seconds));
  text += padded("memory") + formatted("peak %.0f MiB; the ring of batches holds %.0f MiB\n",
                                       static_cast<double>(run.peak_memory_bytes) / (1 << 20),
                                       static_cast<double>(run.ring_bytes) / (1 << 20));
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
  const StageCosts& costs = figures.stages;
  const double windows = 100 * per(static_cast<double>(costs.windows), costs.pictures);
  return padded("input") + figures.input + ", batches of " + std::to_string(figures.batch_size) + "\n" +
         run_text(figures.run) + stage_text(stage_parts(figures)) +
         formatted("\nOf %.0f pictures %.1f %% were decoded in part and %.1f %% as a whole.\n",
                   static_cast<double>(costs.pictures), windows, costs.pictures > 0 ? 100 - windows : 0.0) +
         ceiling_text(ceiling_parts(figures));
}

std::string data_json(const DataFigures& figures) {
  const LoaderRun& run = figures.run;
  const StageCosts& costs = figures.stages;
  nlohmann::ordered_json json;
  json["version"] = engine::build_summary();
  json["cpu"] = cpu_name();
  json["input"] = figures.input;
  json["batch_size"] = figures.batch_size;
  json["loader_threads"] = figures.loader_threads;
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
  json["ring_bytes"] = run.ring_bytes;
  json["stages_us_per_image"] = microseconds(stage_parts(figures));
  json["ceilings_images_per_cpu_second"] = rates(ceiling_parts(figures));
  json["decoded"] = {{"windows", costs.windows}, {"whole", costs.pictures - costs.windows}, {"failed", costs.skipped}};
  return json.dump(1) + "\n";
}

}  // namespace topfive::bench
