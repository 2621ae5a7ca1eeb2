#include "topfive/bench/data_bench.h"

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/bench/data_report.h"
#include "topfive/bench/window_bench.h"
#include "topfive/engine/assembly.h"
#include "topfive/engine/device.h"

namespace topfive::bench {
namespace {

engine::RunConfig config_of(const DataBenchRequest& request) {
  auto config = engine::load_run_config(engine::find_config(request.config), request.overrides);
  if (request.threads > 0) config.data.num_loader_threads = config.train.num_compute_threads = request.threads;
  if (request.batch_size > 0) config.train.global_batch_size = config.train.eval_batch_size = request.batch_size;
  return config;
}

RunLimits limits_of(const DataBenchRequest& request) {
  RunLimits limits = request.limits;
  if (limits.seconds == 0 && limits.batches == 0 && limits.epochs == 0) limits.seconds = 10;
  return limits;
}

StageSetup stage_setup(const engine::RunConfig& config, const engine::SplitInput& input, data::Split split) {
  StageSetup setup;
  setup.source = &input.source();
  setup.pipeline = &input.pipeline();
  setup.shuffled = split == data::Split::kTrain;
  setup.steps = setup.shuffled ? &config.augment.train : &config.augment.eval;
  setup.reader = engine::reader_options(config);
  return setup;
}

}  // namespace

data::Split split_of(const std::string& name) {
  if (name == "train") return data::Split::kTrain;
  if (name == "val") return data::Split::kEval;
  throw base::UserError(base::ExitCode::kUsage, "--split " + name + ": choose train or val");
}

std::string run_data_bench(const DataBenchRequest& request) {
  const data::Split split = split_of(request.split);
  const auto config = config_of(request);
  engine::set_up_compute(config.train.num_compute_threads);
  const engine::SplitInput input(config, request.data_directory, split);
  DataFigures figures;
  figures.input = engine::describe_input(input);
  figures.batch_size = split == data::Split::kTrain ? config.train.global_batch_size : config.train.eval_batch_size;
  figures.compute_threads = config.train.num_compute_threads;
  figures.run = run_loader(config, input, split, limits_of(request));
  figures.stages = measure_stages(stage_setup(config, input, split));
  if (!request.json.empty()) base::write_file_atomically(request.json, data_json(figures));
  return data_text(figures);
}

std::string run_window_bench(const WindowBenchRequest& request) {
  const data::Split split = split_of(request.split);
  const auto config = engine::load_run_config(engine::find_config(request.config), request.overrides);
  const engine::SplitInput input(config, request.data_directory, split);
  WindowSetup setup;
  setup.source = &input.source();
  setup.steps = split == data::Split::kTrain ? &config.augment.train : &config.augment.eval;
  setup.channels = config.data.channels;
  setup.seed = config.train.seed;
  setup.pictures = request.pictures;
  setup.rounds = request.rounds;
  setup.index_step = request.index_step;
  const WindowFigures figures = measure_windows(setup);
  if (!request.json.empty()) base::write_file_atomically(request.json, windows_json(figures));
  return windows_text(figures);
}

}  // namespace topfive::bench
