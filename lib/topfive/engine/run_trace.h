// `train --trace FILE`: what each rank did in a few steps, for people to see how all-reduce and backward overlap.
//
// On CUDA, times are the device's, from events in its streams; the device is waited for once at the start of what is
// recorded and once at its end. On a CPU nothing waits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "topfive/dist/watched_group.h"
#include "topfive/engine/chrome_trace.h"
#include "topfive/engine/device_time.h"
#include "topfive/engine/rank_team.h"
#include "topfive/engine/step_clock.h"
#include "topfive/engine/trace_records.h"

namespace topfive::engine {

class ReductionLog;

// One thread, but for the watcher.
class RunTrace {
 public:
  // Rank 0 writes the file; the others need not see its directory. UserError where it cannot be written.
  RunTrace(std::filesystem::path file, const torch::Device& device, const dist::World& world);
  // Without finish() the run has failed: rank 0 writes what it has recorded itself, and keeps errors to itself.
  ~RunTrace();
  RunTrace(const RunTrace&) = delete;
  RunTrace& operator=(const RunTrace&) = delete;

  // For the averager of gradients.
  std::shared_ptr<dist::ReductionWatcher> watcher() const;

  // Before the first step of this process: the number of steps that the run has done, and of those that are left.
  // From then on it is the observer of the clock, and must live while that is used.
  void begin(StepClock& clock, std::int64_t steps_done, std::int64_t steps_left);
  // Whether all steps that are to be recorded are.
  bool is_complete() const { return steps_ == window_.skip + window_.count; }
  // Collective, after the same step on all ranks; nothing from the second call on. Rank 0 writes the file and says so.
  // A file that can no longer be written costs a warning, not the run.
  void finish(RankTeam& team);

  // A slice of the training's row between two phases.
  class Scope {
   public:
    // Borrows the trace and the literal; null: nothing is recorded.
    Scope(RunTrace* trace, const char* name);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    RunTrace* trace_;
    const char* name_;
    Moment begin_;
  };

 private:
  struct Mark {
    std::string name;
    Moment begin;
    Moment end;
  };
  void start_recording();
  void end_phase(StepPhase phase);
  void end_step();
  std::int64_t recorded_steps() const { return std::max<std::int64_t>(steps_ - window_.skip, 0); }
  RankTrace collect();
  std::optional<Overlap> write(const std::vector<RankTrace>& ranks, const std::string& clocks) const;
  void report(const std::optional<Overlap>& overlap) const;

  std::filesystem::path file_;
  bool on_cuda_;
  dist::World world_;
  std::shared_ptr<DeviceTime> time_;
  std::shared_ptr<ReductionLog> reductions_;
  TraceWindow window_;
  std::int64_t steps_before_ = 0;  // of the run, before this process
  std::int64_t steps_ = 0;         // of this process
  bool recording_ = false;
  bool finished_ = false;
  std::vector<Mark> marks_;
  Moment last_;                       // the end of the last phase
  std::optional<Moment> step_begin_;  // of the step that is under way
};

// Null where the file's name is empty.
std::unique_ptr<RunTrace> make_run_trace(const std::filesystem::path& file, const torch::Device& device,
                                         const dist::World& world);

}  // namespace topfive::engine
