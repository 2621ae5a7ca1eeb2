#include "topfive/optim/schedule_config.h"

#include <algorithm>
#include <string>

namespace topfive::optim {
namespace {

// The list of fields starts with those of the base, seen as members of the schedule itself.
template <class Schedule>
base::Fields<Schedule> fields_with_warmup(const std::string& help) {
  double Schedule::*rate = &Schedule::base_learning_rate;
  double Schedule::*epochs = &Schedule::warmup_epochs;
  double Schedule::*start = &Schedule::warmup_start_fraction;
  base::Fields<Schedule> fields(help);
  fields
      .number("base_learning_rate", rate,
              {.help = "The rate after the warm-up, for the whole global batch",
               .min = 0,
               .max = 1000,
               .paper = "0.01 (AlexNet), 0.1 (ResNet)"})
      .number("warmup_epochs", epochs,
              {.help = "The rate rises linearly over this many epochs, fractions allowed",
               .min = 0,
               .max = 10'000,
               .paper = "5 (Goyal et al. 2017, arXiv 1706.02677)"})
      .number("warmup_start_fraction", start,
              {.help = "The warm-up starts at this share of the rate", .min = 0, .max = 1});
  return fields;
}

constexpr double kLongestEpochs = 1'000'000;

std::string milestone_problem(const MultiStepScheduleConfig& config) {
  const bool ascending = std::is_sorted(config.milestones.begin(), config.milestones.end(), std::less_equal<>());
  return ascending ? "" : "milestones must rise from one to the next";
}

}  // namespace

const base::Fields<ConstantScheduleConfig>& ConstantScheduleConfig::fields() {
  static const auto kFields =
      fields_with_warmup<ConstantScheduleConfig>("The same rate throughout, after the warm-up.");
  return kFields;
}

const base::Fields<StepScheduleConfig>& StepScheduleConfig::fields() {
  static const auto kFields =
      fields_with_warmup<StepScheduleConfig>("Multiplies the rate every few epochs.")
          .number("every_epochs", &StepScheduleConfig::every_epochs,
                  {.help = "Epochs between two changes, counted from the start of training",
                   .min = 0.001,
                   .max = kLongestEpochs,
                   .paper = "30 (torchvision's reference)"})
          .number("factor", &StepScheduleConfig::factor,
                  {.help = "The rate is multiplied by this", .min = 0, .max = 1, .paper = "0.1"});
  return kFields;
}

const base::Fields<MultiStepScheduleConfig>& MultiStepScheduleConfig::fields() {
  static const auto kFields =
      fields_with_warmup<MultiStepScheduleConfig>("Multiplies the rate at the given epochs.")
          .numbers("milestones", &MultiStepScheduleConfig::milestones,
                   {.help = "Epochs at which the rate changes, rising, counted from the start of training",
                    .min = 0,
                    .max = kLongestEpochs,
                    .paper = "25, 51, 79 (AlexNet's run of 2012)"})
          .number("factor", &MultiStepScheduleConfig::factor,
                  {.help = "The rate is multiplied by this", .min = 0, .max = 1, .paper = "0.1"})
          .check(milestone_problem);
  return kFields;
}

const base::Fields<CosineScheduleConfig>& CosineScheduleConfig::fields() {
  static const auto kFields =
      fields_with_warmup<CosineScheduleConfig>("Half a cosine from the rate down to a share of it.")
          .number("final_fraction", &CosineScheduleConfig::final_fraction,
                  {.help = "Share of the rate that is left at the end",
                   .min = 0,
                   .max = 1,
                   .paper = "0 (Loshchilov and Hutter 2016, arXiv 1608.03983)"});
  return kFields;
}

const base::Alternatives<ScheduleConfig>& schedule_alternatives() {
  static const auto kTable = base::Alternatives<ScheduleConfig>("type")
                                 .option<ConstantScheduleConfig>("constant")
                                 .option<StepScheduleConfig>("step")
                                 .option<MultiStepScheduleConfig>("multi_step")
                                 .option<CosineScheduleConfig>("cosine");
  return kTable;
}

}  // namespace topfive::optim
