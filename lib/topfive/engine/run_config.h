// The whole recipe of a run: one JSON file. Each section is a typed struct that its own room defines; nobody but the
// assembly of a run sees all of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "topfive/augment/progressive_size.h"
#include "topfive/augment/transform_config.h"
#include "topfive/base/config_fields.h"
#include "topfive/data/data_config.h"
#include "topfive/engine/health_config.h"
#include "topfive/engine/parallel_config.h"
#include "topfive/engine/train_config.h"
#include "topfive/loss/loss_config.h"
#include "topfive/models/registry.h"
#include "topfive/optim/optimizer_config.h"
#include "topfive/optim/schedule.h"

namespace topfive::engine {

// What the recipe should reach and where that number comes from. Informational; errors are fractions.
struct ExpectedResult {
  double top1_error = 0.0;
  double top5_error = 0.0;
  std::string source;
  std::string cost;
  static const base::Fields<ExpectedResult>& fields();
};

struct AugmentConfig {
  std::vector<augment::TransformConfig> train;
  std::vector<augment::TransformConfig> eval;
  augment::ProgressiveSizeConfig progressive;  // of train
  static const base::Fields<AugmentConfig>& fields();
};

struct RunConfig {
  std::string description;
  ExpectedResult expected;
  models::ModelConfig model;
  data::DataConfig data;
  AugmentConfig augment;
  loss::LossConfig loss;
  optim::OptimizerConfig optimizer;
  optim::ScheduleConfig schedule;
  TrainConfig train;
  ParallelConfig parallel;
  CheckpointConfig checkpoint;
  LogConfig log;
  HealthConfig health;
  static const base::Fields<RunConfig>& fields();
};

// Looks for `name` as a path first, then in the configs folder that belongs to the program (see configs_directory).
// UserError(kInputMissing) if it is in neither, naming the nearest shipped config.
std::filesystem::path find_config(const std::string& name);
// The configs folder beside the running program: ../share/topfive/configs, installed and in the build tree alike.
std::filesystem::path configs_directory();

RunConfig load_run_config(const std::filesystem::path& path, const std::vector<std::string>& overrides);
// Reads back what dump_run_config() wrote; `name` stands for the file in messages.
RunConfig parse_run_config(const std::string& text, const std::string& name);
// The resolved config, every default spelled out, as indented JSON.
std::string dump_run_config(const RunConfig& config);

}  // namespace topfive::engine
