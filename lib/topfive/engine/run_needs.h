// What a run will take, beside what the machine has: plain numbers and the lines that tell them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace topfive::engine {

// Bytes.
struct MemoryNeeds {
  std::int64_t parameters = 0;  // and buffers
  std::int64_t gradients = 0;
  std::int64_t optimizer = 0;
  std::int64_t average = 0;      // of the weights
  std::int64_t activations = 0;  // and workspaces, at the peak of a step
  std::int64_t input_ring = 0;   // in the host's memory, also where another device computes

  std::int64_t of_device() const { return parameters + gradients + optimizer + average + activations; }
};

// Several processes that train together, of which one was measured.
struct RankNeeds {
  int ranks = 1;
  int on_host = 1;                  // of them
  std::int64_t gradient_bytes = 0;  // of a step, as they travel
  std::int64_t sent_bytes = 0;      // by each rank in a step
  int buckets = 0;
  bool narrow_gradients = false;  // they travel in bf16
  // Of the cores that the step and the loader had when they were measured, what they have beside the other ranks.
  double step_cores = 1.0;
  double loader_cores = 1.0;
};

struct RunNeeds {
  std::int64_t steps = 0;
  std::int64_t warmup_steps = 0;
  std::int64_t images = 0;  // over the whole run
  double epochs = 0.0;
  MemoryNeeds memory;
  std::int64_t device_batch = 1;    // pictures that a device takes at once
  std::int64_t measured_batch = 1;  // with which the activations were measured; scaled up where it is smaller
  std::int64_t epoch_bytes = 0;     // read from the data set in an epoch
  std::int64_t checkpoint_bytes = 0;
  int checkpoints = 0;          // that lie on the disk at once
  double step_seconds = 0.0;    // of computing, for a picture
  double loader_seconds = 0.0;  // of loading, for a picture, with all loader threads and nothing beside it
  double loader_share = 1.0;    // of a rank's cores, that the loader's threads can keep busy
  bool shared_cores = false;    // computing and loading take turns on the same cores
  RankNeeds parallel;           // memory, pictures a device takes, and seconds are those of one rank
};

// What the machine offers, in bytes; 0: unknown, and then nothing is said about it.
struct RunRoom {
  std::int64_t host_memory = 0;
  std::int64_t device_memory = 0;
  bool computes_on_host = true;
  std::int64_t disk = 0;
};

// One line for each of warm-up, memory, data, disk, speed and time, and of gradients where there are several ranks.
std::vector<std::string> describe_needs(const RunNeeds& needs, const RunRoom& room);

// What does not fit, and what to change; empty where everything does.
std::vector<std::string> find_misfits(const RunNeeds& needs, const RunRoom& room);

// "11.2 GiB", "980 MiB", "3 KiB"
std::string format_bytes(std::int64_t bytes);

}  // namespace topfive::engine
