#include "topfive/engine/run_needs.h"

#include <algorithm>
#include <array>

#include "topfive/base/text.h"

namespace topfive::engine {
namespace {

std::string of_room(std::int64_t room) { return room > 0 ? " of " + format_bytes(room) : ""; }

// All ranks of this host together.
std::int64_t memory_on_host(const RunNeeds& needs, const RunRoom& room) {
  const std::int64_t computing = room.computes_on_host ? needs.memory.of_device() : 0;
  return (computing + needs.memory.input_ring) * needs.parallel.on_host;
}

std::string memory_line(const RunNeeds& needs, const RunRoom& room) {
  const MemoryNeeds& memory = needs.memory;
  std::string text = "memory     weights " + format_bytes(memory.parameters) + ", gradients " +
                     format_bytes(memory.gradients) + ", optimizer " + format_bytes(memory.optimizer);
  if (memory.average > 0) text += ", average " + format_bytes(memory.average);
  text += ", activations " + format_bytes(memory.activations) + " at " + base::with_thousands(needs.device_batch) +
          " pictures";
  if (needs.measured_batch < needs.device_batch) {
    text += " (measured at " + base::with_thousands(needs.measured_batch) + ")";
  }
  text += ", input " + format_bytes(memory.input_ring) + ": ";
  const std::int64_t on_host = memory_on_host(needs, room);
  const std::string on_this_host = format_bytes(on_host) + " for the " + std::to_string(needs.parallel.on_host) +
                                   " on this host" + of_room(room.host_memory);
  const bool alone = needs.parallel.ranks == 1;
  if (room.computes_on_host) {
    if (alone) return text + format_bytes(on_host) + of_room(room.host_memory);
    return text + format_bytes(on_host / needs.parallel.on_host) + " a rank, " + on_this_host;
  }
  text += format_bytes(memory.of_device()) + of_room(room.device_memory) + " on the device";
  return alone ? text : text + " of each rank; of its host's memory, " + on_this_host;
}

// Gigabits count in powers of ten.
std::string gradients_line(const RunNeeds& needs) {
  constexpr double kBytesPerMillisecond = 10e9 / 8.0 / 1000.0;
  const RankNeeds& parallel = needs.parallel;
  const std::string ranks = std::to_string(parallel.ranks);
  const double milliseconds = static_cast<double>(parallel.sent_bytes) / kBytesPerMillisecond;
  return "gradients  each rank sends " + format_bytes(parallel.sent_bytes) + " a step (ring all-reduce: 2 x " +
         std::to_string(parallel.ranks - 1) + "/" + ranks + " x " + format_bytes(parallel.gradient_bytes) +
         (parallel.narrow_gradients ? " in bf16" : "") + "), in " + std::to_string(parallel.buckets) +
         (parallel.buckets == 1 ? " bucket" : " buckets") +
         " while backward runs: " + base::decimals(milliseconds, milliseconds < 10.0 ? 1 : 0) + " ms at 10 Gbit/s";
}

std::string data_line(const RunNeeds& needs) {
  return "data       " + format_bytes(needs.epoch_bytes) + " an epoch, " +
         format_bytes(static_cast<std::int64_t>(static_cast<double>(needs.epoch_bytes) * needs.epochs)) + " in all";
}

std::string disk_line(const RunNeeds& needs, const RunRoom& room) {
  return "disk       " + std::to_string(needs.checkpoints) + " checkpoints of " + format_bytes(needs.checkpoint_bytes) +
         ": " + format_bytes(needs.checkpoint_bytes * needs.checkpoints) + of_room(room.disk) +
         (room.disk > 0 ? " free" : "");
}

double per_second(double seconds) { return seconds > 0.0 ? 1.0 / seconds : 0.0; }

// Of all ranks together.
double seconds_per_image(const RunNeeds& needs) {
  const double step = needs.step_seconds / needs.parallel.step_cores;
  const double loading = needs.loader_seconds / needs.parallel.loader_cores;
  const double taken = needs.shared_cores ? loading * needs.loader_share : 0.0;
  return std::max(step + taken, loading) / needs.parallel.ranks;
}

// How the time of several ranks comes from that of one.
std::string estimate_of_ranks(const RunNeeds& needs) {
  const RankNeeds& parallel = needs.parallel;
  if (parallel.ranks == 1) return "";
  std::string text =
      "; as if each of the " + std::to_string(parallel.ranks) + " ranks were as fast as the one measured";
  if (needs.shared_cores) text += ", with its share of this host's cores";
  const double least = std::min(parallel.step_cores, parallel.loader_cores);
  if (least < 1.0) {
    text += " (their threads are more than the cores: " + base::decimals(100.0 * least, 0) + " % of the speed counts)";
  }
  return text + "; not measured: the network, and what ranks take from each other's caches and memory bandwidth";
}

std::string speed_line(const RunNeeds& needs) {
  const bool data_bound = needs.loader_seconds > needs.step_seconds;
  const std::string of_rank = needs.parallel.ranks > 1 ? " a rank" : "";
  return "speed      step " + base::decimals(per_second(needs.step_seconds), 1) + " img/s" + of_rank + ", loader " +
         base::decimals(per_second(needs.loader_seconds), 1) + " img/s" + of_rank + ", each alone" +
         (needs.shared_cores ? " on the same cores" : "") + ": " +
         (data_bound ? "data-bound; see bench data" : "the step is what takes the time");
}

std::string time_line(const RunNeeds& needs) {
  const double minutes = seconds_per_image(needs) * static_cast<double>(needs.images) / 60.0;
  const bool long_run = minutes >= 60.0;
  const double shown = long_run ? minutes / 60.0 : minutes;
  return "time       about " + base::decimals(shown, shown < 10.0 ? 1 : 0) + (long_run ? " hours" : " minutes") +
         " for " + base::with_thousands(needs.images) + " pictures, evaluations apart" + estimate_of_ranks(needs);
}

}  // namespace

std::string format_bytes(std::int64_t bytes) {
  constexpr std::array kUnits = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024.0 && unit + 1 < kUnits.size(); ++unit) value /= 1024.0;
  return base::decimals(value, unit > 0 && value < 100.0 ? 1 : 0) + " " + kUnits[unit];
}

std::vector<std::string> describe_needs(const RunNeeds& needs, const RunRoom& room) {
  std::vector<std::string> lines = {
      "warm-up    " + base::with_thousands(needs.warmup_steps) + " of " + base::with_thousands(needs.steps) + " steps",
      memory_line(needs, room)};
  if (needs.parallel.ranks > 1) lines.push_back(gradients_line(needs));
  for (auto& line : {data_line(needs), disk_line(needs, room), speed_line(needs), time_line(needs)}) {
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> find_misfits(const RunNeeds& needs, const RunRoom& room) {
  std::vector<std::string> misfits;
  const auto check = [&](const std::string& what, std::int64_t need, std::int64_t has, const std::string& advice) {
    if (has > 0 && need > has) {
      misfits.push_back(what + ": " + format_bytes(need) + " needed, " + format_bytes(has) + " there; " + advice);
    }
  };
  const std::string smaller_batch =
      "raise train.accumulation_steps, turn on train.activation_checkpointing, or lower train.global_batch_size";
  const RankNeeds& parallel = needs.parallel;
  const std::string memory =
      parallel.ranks == 1 ? "memory" : "memory of the " + std::to_string(parallel.on_host) + " ranks on this host";
  if (room.computes_on_host) {
    check(memory, memory_on_host(needs, room), room.host_memory, smaller_batch);
  } else {
    check("device memory", needs.memory.of_device(), room.device_memory, smaller_batch);
    check(memory, memory_on_host(needs, room), room.host_memory, "lower data.ring_batches");
  }
  check("disk for checkpoints", needs.checkpoint_bytes * needs.checkpoints, room.disk,
        "free space, choose another --out, or lower checkpoint.keep");
  return misfits;
}

}  // namespace topfive::engine
