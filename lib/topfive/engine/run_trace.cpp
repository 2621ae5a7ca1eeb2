#include "topfive/engine/run_trace.h"

#include <chrono>
#include <exception>
#include <utility>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/log.h"
#include "topfive/base/text.h"
#include "topfive/engine/reduction_log.h"
#include "topfive/version.h"

namespace topfive::engine {
namespace {

const char* slice_name(StepPhase phase) {
  if (phase == StepPhase::kData) return "waiting for data";
  if (phase == StepPhase::kBackward) return kBackwardSlice;
  return kStepPhaseNames[static_cast<std::size_t>(phase)];
}

std::int64_t host_now() { return DeviceTime(torch::kCPU).now().host_ns; }

// Between the two readings, all ranks stand in the same sum.
std::vector<Meeting> meet(RankTeam& team) {
  constexpr int kMeetings = 20;
  std::vector<Meeting> meetings;
  for (int i = 0; i < kMeetings; ++i) {
    const std::int64_t before = host_now();
    team.sum(std::int64_t{1}, "comparing the clocks");
    meetings.push_back({before, host_now()});
  }
  return meetings;
}

bool share_one_clock(const dist::World& world) { return world.local_size == world.size; }

std::string describe_clocks(const dist::World& world, std::int64_t apart_ns) {
  if (share_one_clock(world)) return "one host, one clock";
  return "several hosts, compared over the network: at most " +
         base::decimals(1e-3 * static_cast<double>(apart_ns), 1) + " us from rank 0's";
}

}  // namespace

RunTrace::RunTrace(std::filesystem::path file, const torch::Device& device, const dist::World& world)
    : file_(std::move(file)),
      on_cuda_(device.is_cuda()),
      world_(world),
      time_(std::make_shared<DeviceTime>(device)),
      reductions_(std::make_shared<ReductionLog>(time_)) {
  if (world.is_main()) prepare_trace_file(file_);
}

RunTrace::~RunTrace() {
  if (finished_ || !world_.is_main() || marks_.empty()) return;
  try {
    write({collect()}, "one rank alone: the run failed");
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): an error is on its way already
  }
}

std::shared_ptr<dist::ReductionWatcher> RunTrace::watcher() const { return reductions_; }

void RunTrace::begin(StepClock& clock, std::int64_t steps_done, std::int64_t steps_left) {
  clock.observe([this](StepPhase phase) { end_phase(phase); });
  steps_before_ = steps_done;
  window_ = trace_window(steps_left);
  if (window_.skip == 0) start_recording();
}

void RunTrace::start_recording() {
  time_->start();
  reductions_->set_recording(true);
  recording_ = true;
  last_ = time_->now();
}

void RunTrace::end_phase(StepPhase phase) {
  if (recording_) {
    Moment now = time_->now();
    if (!step_begin_ && phase == StepPhase::kData) step_begin_ = last_;
    if (phase != StepPhase::kOther) marks_.push_back({slice_name(phase), last_, now});
    last_ = std::move(now);
  }
  if (phase == StepPhase::kOptimizer) end_step();
}

void RunTrace::end_step() {
  ++steps_;
  if (recording_) {
    marks_.push_back({"step " + std::to_string(steps_before_ + steps_), *step_begin_, last_});
    step_begin_.reset();
    reductions_->begin_step();
  } else if (steps_ == window_.skip) {
    start_recording();
  }
}

RankTrace RunTrace::collect() {
  constexpr std::chrono::milliseconds kPatience{500};
  RankTrace trace;
  for (const Mark& mark : marks_) {
    if (!DeviceTime::reached(mark.end)) continue;
    trace.slices.push_back(
        {TraceRow::kTraining, mark.name, time_->nanoseconds(mark.begin), time_->nanoseconds(mark.end), {}});
  }
  for (const auto& entry : reductions_->take(kPatience)) {
    if (!DeviceTime::reached(entry.end)) continue;
    trace.slices.push_back({TraceRow::kAllReduce,
                            "bucket " + std::to_string(entry.bucket),
                            time_->nanoseconds(entry.begin),
                            time_->nanoseconds(entry.end),
                            {{"bucket", entry.bucket}, {"bytes", entry.bytes}}});
  }
  add_waits(trace);
  return trace;
}

void RunTrace::finish(RankTeam& team) {
  if (std::exchange(finished_, true)) return;
  recording_ = false;
  reductions_->set_recording(false);
  time_->wait_for_device();
  RankTrace own = collect();
  if (!share_one_clock(world_)) own.meetings = meet(team);
  std::vector<RankTrace> ranks;
  for (const auto& text : team.gather(to_text(own), "collecting the trace")) ranks.push_back(parse_rank_trace(text));
  if (!team.is_main()) return;
  const std::int64_t apart_ns = align_clocks(ranks);
  try {
    report(write(ranks, describe_clocks(world_, apart_ns)));
  } catch (const base::UserError& error) {
    base::log_warning(std::string("trace: ") + error.what());
  }
}

std::optional<Overlap> RunTrace::write(const std::vector<RankTrace>& ranks, const std::string& clocks) const {
  const TraceFacts facts{.program = std::string("topfive ") + kVersion,
                         .times = on_cuda_ ? "of the CUDA device, by events in its streams" : "of the host",
                         .clocks = clocks,
                         .steps = recorded_steps(),
                         .overlap = measure_overlap(ranks, recorded_steps())};
  base::write_file_atomically(file_, chrome_trace(ranks, facts));
  return facts.overlap;
}

void RunTrace::report(const std::optional<Overlap>& overlap) const {
  if (recorded_steps() == 0) {
    base::log_warning("trace: the run ended within its first steps, which warm up; " + file_.string() + " is empty");
    return;
  }
  std::string line = "trace      " + std::to_string(recorded_steps()) + " steps in " + file_.string();
  if (overlap) {
    line += "; all-reduce " + base::short_number(overlap->milliseconds_per_step, 3) + " ms a step, " +
            base::decimals(100.0 * overlap->hidden_share, 0) + " % of it hidden under the backward pass";
  }
  base::log_info(line);
}

RunTrace::Scope::Scope(RunTrace* trace, const char* name)
    : trace_(trace != nullptr && trace->recording_ ? trace : nullptr), name_(name) {
  if (trace_ != nullptr) begin_ = trace_->time_->now();
}

RunTrace::Scope::~Scope() {
  if (trace_ == nullptr) return;
  try {
    trace_->marks_.push_back({name_, begin_, trace_->time_->now()});
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the device has failed, which others say
  }
}

std::unique_ptr<RunTrace> make_run_trace(const std::filesystem::path& file, const torch::Device& device,
                                         const dist::World& world) {
  return file.empty() ? nullptr : std::make_unique<RunTrace>(file, device, world);
}

}  // namespace topfive::engine
