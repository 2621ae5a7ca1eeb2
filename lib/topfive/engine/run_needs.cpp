#include "topfive/engine/run_needs.h"

#include <algorithm>
#include <array>

#include "topfive/base/text.h"

namespace topfive::engine {
namespace {

std::string of_room(std::int64_t room) { return room > 0 ? " of " + format_bytes(room) : ""; }

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
  text += ", input " + format_bytes(memory.input_ring);
  if (room.computes_on_host) {
    return text + ": " + format_bytes(memory.of_device() + memory.input_ring) + of_room(room.host_memory);
  }
  return text + ": " + format_bytes(memory.of_device()) + of_room(room.device_memory) + " on the device";
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

double seconds_per_image(const RunNeeds& needs) {
  const double taken = needs.shared_cores ? needs.loader_seconds * needs.loader_share : 0.0;
  return std::max(needs.step_seconds + taken, needs.loader_seconds);
}

std::string speed_line(const RunNeeds& needs) {
  const bool data_bound = needs.loader_seconds > needs.step_seconds;
  return "speed      step " + base::decimals(per_second(needs.step_seconds), 1) + " img/s, loader " +
         base::decimals(per_second(needs.loader_seconds), 1) + " img/s, each alone" +
         (needs.shared_cores ? " on the same cores" : "") + ": " +
         (data_bound ? "data-bound; see bench data" : "the step is what takes the time");
}

std::string time_line(const RunNeeds& needs) {
  const double minutes = seconds_per_image(needs) * static_cast<double>(needs.images) / 60.0;
  const bool long_run = minutes >= 60.0;
  const double shown = long_run ? minutes / 60.0 : minutes;
  return "time       about " + base::decimals(shown, shown < 10.0 ? 1 : 0) + (long_run ? " hours" : " minutes") +
         " for " + base::with_thousands(needs.images) + " pictures, evaluations apart";
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
  return {
      "warm-up    " + base::with_thousands(needs.warmup_steps) + " of " + base::with_thousands(needs.steps) + " steps",
      memory_line(needs, room),
      data_line(needs),
      disk_line(needs, room),
      speed_line(needs),
      time_line(needs)};
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
  const std::int64_t device = needs.memory.of_device();
  if (room.computes_on_host) {
    check("memory", device + needs.memory.input_ring, room.host_memory, smaller_batch);
  } else {
    check("device memory", device, room.device_memory, smaller_batch);
    check("memory", needs.memory.input_ring, room.host_memory, "lower data.ring_batches");
  }
  check("disk for checkpoints", needs.checkpoint_bytes * needs.checkpoints, room.disk,
        "free space, choose another --out, or lower checkpoint.keep");
  return misfits;
}

}  // namespace topfive::engine
