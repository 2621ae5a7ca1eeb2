// A small configuration with every kind of field, for the tests of the configuration code.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "topfive/base/config_fields.h"

namespace topfive::tests {

struct AlexNetConfig {
  std::string variant = "one_weird_trick";
  int num_classes = 1000;
  double dropout = 0.5;
  bool operator==(const AlexNetConfig&) const = default;
  static const base::Fields<AlexNetConfig>& fields();
};

struct VggConfig {
  int depth = 16;
  bool batch_norm = false;
  bool operator==(const VggConfig&) const = default;
  static const base::Fields<VggConfig>& fields();
};

using ModelConfig = std::variant<AlexNetConfig, VggConfig>;

struct StepConfig {
  int every_epochs = 30;
  float factor = 0.1F;
  bool operator==(const StepConfig&) const = default;
  static const base::Fields<StepConfig>& fields();
};

struct CosineConfig {
  double final_rate = 0.0;
  bool operator==(const CosineConfig&) const = default;
  static const base::Fields<CosineConfig>& fields();
};

using ScheduleConfig = std::variant<StepConfig, CosineConfig>;

enum class Precision { kFloat32, kBfloat16 };

struct TrainConfig {
  std::uint32_t seed = 0;
  std::int64_t max_steps = -1;
  int epochs = 90;
  Precision precision = Precision::kFloat32;
  std::vector<double> mean{0.485, 0.456, 0.406};
  std::vector<int> sizes{256, 224};
  bool operator==(const TrainConfig&) const = default;
  static const base::Fields<TrainConfig>& fields();
};

struct RunConfig {
  std::string description;
  ModelConfig model;
  TrainConfig train;
  std::vector<ScheduleConfig> schedules;
  ScheduleConfig schedule;
  bool operator==(const RunConfig&) const = default;
  static const base::Fields<RunConfig>& fields();
};

// The text as file "x.json", through the field list.
RunConfig parse_run(const std::string& text);

// A complete, valid text.
extern const char* const kValidRun;

}  // namespace topfive::tests
