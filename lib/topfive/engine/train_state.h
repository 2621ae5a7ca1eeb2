// The part of a checkpoint that is not tensors: where the run stands, and what it was made from.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace topfive::engine {

// How a run ended.
enum class TrainOutcome { kFinished, kStopped };

// Where a run stands between two steps. Everything that a resumed run must not recompute.
struct TrainState {
  std::int64_t step = 0;            // optimizer steps done
  std::int64_t epoch = 0;           // epochs finished, evaluation included
  std::int64_t batch_in_epoch = 0;  // batches of the current epoch done
  double epoch_loss_sum = 0.0;      // sum over pictures of the loss, this epoch
  std::int64_t epoch_top1_correct = 0;
  std::int64_t epoch_images = 0;
  double record_loss_sum = 0.0;  // the same since the last line of the run log
  std::int64_t record_images = 0;
  std::int64_t bad_images = 0;   // whole run, finished epochs
  double best_top1_error = 2.0;  // above any error: none yet
  std::int64_t best_step = -1;
  // What the plateau schedule remembers, see optim::PlateauState.
  double plateau_best = std::numeric_limits<double>::max();
  std::int64_t plateau_bad_evaluations = 0;
  std::int64_t plateau_cooldown_left = 0;
  std::int64_t plateau_reductions = 0;
  std::int64_t skipped_steps = 0;  // whole run: their loss or gradient was not finite
  std::int64_t rollbacks = 0;      // whole run: back to an earlier checkpoint for the same reason
  std::int64_t log_bytes = 0;      // length of the run log at this moment
  std::int64_t csv_bytes = 0;      // the same of metrics.csv
  std::int64_t tensorboard_bytes = 0;
  std::string random_state;         // LibTorch's CPU generator, hexadecimal
  std::string device_random_state;  // the accelerator's generator; empty on a CPU
  // The same of the ranks from 1 on, each rank's two behind each other; empty for one process alone.
  std::vector<std::string> other_random_states;
};

// What a checkpoint was made from; compared on resume, used by eval.
struct Provenance {
  std::string config_json;       // resolved
  std::string data_fingerprint;  // of the training set
  std::vector<std::string> class_names;
  std::string topfive_version;
  std::string commit;
  std::string libtorch_version;
};

struct StateFile {
  TrainState state;
  Provenance provenance;
};

std::string dump_state(const StateFile& file);
// `name` stands for the file in messages. UserError(kBadData) on anything missing or of the wrong type.
StateFile parse_state(const std::string& text, const std::string& name);

// A class name as it comes back from a state file: bytes that are not UTF-8 are replaced by U+FFFD.
std::string as_stored(const std::string& name);

// The keys in which two resolved configs differ, apart from those that do not change the result (logging,
// checkpoint frequency, loader threads, texts).
std::vector<std::string> differing_keys(const std::string& config_a, const std::string& config_b);

}  // namespace topfive::engine
