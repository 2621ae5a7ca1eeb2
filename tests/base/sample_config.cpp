#include "base/sample_config.h"

namespace topfive::tests {

const char* const kValidRun = R"({
  "description": "AlexNet \u00e4 la 2012 with \"quotes\", commas: and {braces}",
  "model": {"type": "alexnet", "variant": "two_columns", "num_classes": 10, "dropout": 0.25},
  "train": {
    "seed": 42, "max_steps": 100000, "epochs": 5, "precision": "bfloat16",
    "mean": [0.5, 1e-1, -0.25], "sizes": [8, 4]
  },
  "schedules": [{"type": "step", "every_epochs": 2, "factor": 0.5}, {"type": "cosine"}],
  "schedule": {"type": "cosine", "final_rate": 0.001}
}
)";

const base::Fields<AlexNetConfig>& AlexNetConfig::fields() {
  static const auto kFields =
      base::Fields<AlexNetConfig>("The network of 2012.")
          .text("variant", &AlexNetConfig::variant, {.help = "Which of the papers."})
          .number("num_classes", &AlexNetConfig::num_classes,
                  {.help = "Outputs of the last layer.", .min = 1, .max = 100000})
          .number("dropout", &AlexNetConfig::dropout,
                  {.help = "Share of activations set to zero.", .min = 0, .max = 1, .paper = "0.5, section 4.2"});
  return kFields;
}

const base::Fields<VggConfig>& VggConfig::fields() {
  static const auto kFields =
      base::Fields<VggConfig>("The networks of 2014.")
          .number("depth", &VggConfig::depth, {.help = "Layers with weights.", .required = true})
          .boolean("batch_norm", &VggConfig::batch_norm, {.help = "Normalise each layer."})
          .check([](const VggConfig& config) {
            const bool known = config.depth == 11 || config.depth == 16 || config.depth == 19;
            return known ? "" : "depth must be 11, 16 or 19";
          });
  return kFields;
}

const base::Fields<StepConfig>& StepConfig::fields() {
  static const auto kFields =
      base::Fields<StepConfig>("Multiplies the rate every few epochs.")
          .number("every_epochs", &StepConfig::every_epochs, {.help = "Epochs between steps.", .min = 1})
          .number("factor", &StepConfig::factor, {.help = "Of each step.", .max = 1});
  return kFields;
}

const base::Fields<CosineConfig>& CosineConfig::fields() {
  static const auto kFields =
      base::Fields<CosineConfig>("Half a cosine.")
          .number("final_rate", &CosineConfig::final_rate, {.help = "The rate at the end.", .min = 0});
  return kFields;
}

const base::Fields<TrainConfig>& TrainConfig::fields() {
  static const auto kFields =
      base::Fields<TrainConfig>("How long and how.")
          .number("seed", &TrainConfig::seed, {.help = "Of all streams.", .min = 0, .max = 4294967295})
          .number("max_steps", &TrainConfig::max_steps, {.help = "-1 for no limit.", .min = -1})
          .number("epochs", &TrainConfig::epochs, {.help = "Passes over the data."})
          .choice("precision", &TrainConfig::precision,
                  {{"float32", Precision::kFloat32}, {"bfloat16", Precision::kBfloat16}}, {.help = "Of the products."})
          .numbers("mean", &TrainConfig::mean, {.help = "Of each channel.", .min = -1, .max = 1})
          .numbers("sizes", &TrainConfig::sizes, {.help = "In pixels.", .min = 1});
  return kFields;
}

namespace {

const base::Alternatives<ModelConfig>& model_alternatives() {
  static const auto kAlternatives =
      base::Alternatives<ModelConfig>("type").option<AlexNetConfig>("alexnet").option<VggConfig>("vgg");
  return kAlternatives;
}

const base::Alternatives<ScheduleConfig>& schedule_alternatives() {
  static const auto kAlternatives =
      base::Alternatives<ScheduleConfig>("type").option<StepConfig>("step").option<CosineConfig>("cosine");
  return kAlternatives;
}

}  // namespace

const base::Fields<RunConfig>& RunConfig::fields() {
  static const auto kFields =
      base::Fields<RunConfig>("One run.")
          .text("description", &RunConfig::description, {.help = "For people."})
          .one_of("model", &RunConfig::model, model_alternatives(), {.help = "The network.", .required = true})
          .object("train", &RunConfig::train)
          .list_of("schedules", &RunConfig::schedules, schedule_alternatives(), {.help = "A chain."})
          .one_of("schedule", &RunConfig::schedule, schedule_alternatives(), {.help = "The rate."});
  return kFields;
}

RunConfig parse_run(const std::string& text) {
  const auto document = base::ConfigDocument::parse(text, "x.json");
  return RunConfig::fields().parse(base::ConfigNode(document));
}

}  // namespace topfive::tests
