#include "topfive/optim/schedule_config.h"

#include <algorithm>
#include <functional>
#include <string>

namespace topfive::optim {
namespace {

constexpr double kLongestEpochs = 1'000'000;
constexpr double kMostSteps = 1e12;

// The list of fields starts with those of the base, seen as members of the schedule itself.
template <class Schedule>
base::Fields<Schedule> fields_with_rate(const std::string& help) {
  double Schedule::*rate = &Schedule::base_learning_rate;
  std::int64_t Schedule::*batch = &Schedule::base_batch_size;
  BatchRule Schedule::*rule = &Schedule::batch_rule;
  double Schedule::*epochs = &Schedule::warmup_epochs;
  std::int64_t Schedule::*steps = &Schedule::warmup_steps;
  double Schedule::*start = &Schedule::warmup_start_fraction;
  base::Fields<Schedule> fields(help);
  fields
      .number("base_learning_rate", rate,
              {.help = "The rate after the warm-up, for base_batch_size or else for the whole global batch",
               .min = 0,
               .max = 1000,
               .paper = "0.01 (AlexNet), 0.1 (ResNet)"})
      .number("base_batch_size", batch,
              {.help = "The batch that the rate is meant for: the rate follows the global batch; 0 leaves it as it is",
               .min = 0,
               .max = 1e9,
               .paper = "256 (Goyal et al. 2017, arXiv 1706.02677), 512 (DeiT)"})
      .choice("batch_rule", rule, {{"linear", BatchRule::kLinear}, {"sqrt", BatchRule::kSquareRoot}},
              {.help = "How the rate follows the batch",
               .paper = "linear (Goyal et al. 2017), sqrt (Krizhevsky 2014, arXiv 1404.5997; LAMB)"})
      .number("warmup_epochs", epochs,
              {.help = "The rate rises linearly over this many epochs, fractions allowed",
               .min = 0,
               .max = 10'000,
               .paper = "5 (Goyal et al. 2017, arXiv 1706.02677)"})
      .number("warmup_steps", steps,
              {.help = "The same in steps; give one of the two",
               .min = 0,
               .max = kMostSteps,
               .paper = "10000 (ViT, arXiv 2010.11929)"})
      .number("warmup_start_fraction", start,
              {.help = "The warm-up starts at this share of the rate", .min = 0, .max = 1})
      .check([](const Schedule& config) -> std::string {
        const bool both = config.warmup_epochs > 0 && config.warmup_steps > 0;
        return both ? "warmup_epochs and warmup_steps exclude each other; set one of them to 0" : "";
      });
  return fields;
}

template <class Schedule>
base::Fields<Schedule> fields_with_floor(const std::string& help) {
  double Schedule::*fraction = &Schedule::final_fraction;
  double Schedule::*rate = &Schedule::final_learning_rate;
  base::Fields<Schedule> fields = fields_with_rate<Schedule>(help);
  fields
      .number("final_fraction", fraction,
              {.help = "Share of the rate that is left at the end",
               .min = 0,
               .max = 1,
               .paper = "0 (Loshchilov and Hutter 2016, arXiv 1608.03983; FFCV)"})
      .number(
          "final_learning_rate", rate,
          {.help = "The rate at the end; the other way to say it", .min = 0, .max = 1000, .paper = "0.00001 (DeiT)"})
      .check([](const Schedule& config) -> std::string {
        const bool both = config.final_fraction > 0 && config.final_learning_rate > 0;
        return both ? "final_fraction and final_learning_rate exclude each other; set one of them to 0" : "";
      });
  return fields;
}

std::string milestone_problem(const MultiStepScheduleConfig& config) {
  const bool ascending = std::is_sorted(config.milestones.begin(), config.milestones.end(), std::less_equal<>());
  return ascending ? "" : "milestones must rise from one to the next";
}

std::string one_cycle_problem(const OneCycleScheduleConfig& config) {
  if (config.warmup_epochs > 0 || config.warmup_steps > 0) {
    return "one_cycle has its own warm-up; set pct_start instead of warmup_epochs and warmup_steps";
  }
  if (config.three_phase && config.pct_start > 0.5) return "three_phase needs a pct_start of at most 0.5";
  if (config.base_momentum > config.max_momentum) return "base_momentum must not be above max_momentum";
  return "";
}

base::Fields<OneCycleScheduleConfig> one_cycle_fields() {
  using Config = OneCycleScheduleConfig;
  auto fields = fields_with_rate<Config>("Up to the rate and down to almost nothing, in one cycle.");
  fields
      .number("pct_start", &Config::pct_start,
              {.help = "Share of the training in which the rate rises", .min = 0, .max = 1})
      .number("div_factor", &Config::div_factor,
              {.help = "The first rate is the peak divided by this", .min = 1, .max = 1e9})
      .number("final_div_factor", &Config::final_div_factor,
              {.help = "The last rate is the first divided by this", .min = 1e-9, .max = 1e12})
      .choice("anneal", &Config::anneal, {{"cos", Anneal::kCosine}, {"linear", Anneal::kLinear}},
              {.help = "The shape of rise and fall"})
      .boolean("three_phase", &Config::three_phase,
               {.help = "Falls to the first rate as fast as it rose, and only then to the last",
                .paper = "true (Smith and Topin 2017, arXiv 1708.07120)"})
      .boolean("cycle_momentum", &Config::cycle_momentum, {.help = "Momentum, or beta1, moves against the rate"})
      .number("base_momentum", &Config::base_momentum,
              {.help = "Momentum at the peak of the rate", .min = 0, .max = 0.9999})
      .number(
          "max_momentum", &Config::max_momentum,
          {.help = "Momentum at both ends", .min = 0, .max = 0.9999, .paper = "0.95 (Smith 2018, arXiv 1803.09820)"})
      .check(one_cycle_problem);
  return fields;
}

base::Fields<PlateauScheduleConfig> plateau_fields() {
  using Config = PlateauScheduleConfig;
  auto fields = fields_with_rate<Config>("Multiplies the rate whenever the top-1 error has stopped falling.");
  fields
      .number("factor", &Config::factor,
              {.help = "The rate is multiplied by this", .min = 1e-6, .max = 0.9999, .paper = "0.1 (AlexNet, ResNet)"})
      .number("patience", &Config::patience,
              {.help = "Evaluations without progress that are let pass", .min = 0, .max = 1e6})
      .number(
          "threshold", &Config::threshold,
          {.help = "Progress is an error that is lower by more than this share of the best", .min = 0, .max = 0.9999})
      .number("cooldown", &Config::cooldown,
              {.help = "Evaluations after a change that are not counted", .min = 0, .max = 1e6})
      .number("min_learning_rate", &Config::min_learning_rate,
              {.help = "The rate never falls below this", .min = 0, .max = 1000});
  return fields;
}

}  // namespace

const base::Fields<ConstantScheduleConfig>& ConstantScheduleConfig::fields() {
  static const auto kFields = fields_with_rate<ConstantScheduleConfig>("The same rate throughout, after the warm-up.");
  return kFields;
}

const base::Fields<StepScheduleConfig>& StepScheduleConfig::fields() {
  static const auto kFields =
      fields_with_rate<StepScheduleConfig>("Multiplies the rate every few epochs.")
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
      fields_with_rate<MultiStepScheduleConfig>("Multiplies the rate at the given epochs.")
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

const base::Fields<ExponentialScheduleConfig>& ExponentialScheduleConfig::fields() {
  static const auto kFields =
      fields_with_rate<ExponentialScheduleConfig>("Lets the rate fall by a fixed factor, a little at each step.")
          .number("every_epochs", &ExponentialScheduleConfig::every_epochs,
                  {.help = "Epochs in which the rate falls by the factor, counted from the start of training",
                   .min = 0.001,
                   .max = kLongestEpochs,
                   .paper = "8 (GoogLeNet, section 6, where the rate falls in steps)"})
          .number("factor", &ExponentialScheduleConfig::factor,
                  {.help = "The rate is multiplied by this", .min = 1e-9, .max = 1, .paper = "0.96 (GoogLeNet)"});
  return kFields;
}

const base::Fields<PolynomialScheduleConfig>& PolynomialScheduleConfig::fields() {
  static const auto kFields =
      fields_with_floor<PolynomialScheduleConfig>("From the rate down to the floor by a power of the time left.")
          .number("power", &PolynomialScheduleConfig::power,
                  {.help = "1 is a straight line, more falls faster at first",
                   .min = 0.01,
                   .max = 100,
                   .paper = "0.5 (Caffe's GoogLeNet, quick), 2 (LARS)"});
  return kFields;
}

const base::Fields<LinearScheduleConfig>& LinearScheduleConfig::fields() {
  static const auto kFields = fields_with_floor<LinearScheduleConfig>(
      "A straight line from the rate down to the floor; a triangle together with a warm-up.");
  return kFields;
}

const base::Fields<CosineScheduleConfig>& CosineScheduleConfig::fields() {
  static const auto kFields = fields_with_floor<CosineScheduleConfig>("Half a cosine from the rate down to the floor.");
  return kFields;
}

const base::Fields<OneCycleScheduleConfig>& OneCycleScheduleConfig::fields() {
  static const auto kFields = one_cycle_fields();
  return kFields;
}

const base::Fields<PlateauScheduleConfig>& PlateauScheduleConfig::fields() {
  static const auto kFields = plateau_fields();
  return kFields;
}

const base::Alternatives<ScheduleConfig>& schedule_alternatives() {
  static const auto kTable = base::Alternatives<ScheduleConfig>("type")
                                 .option<ConstantScheduleConfig>("constant")
                                 .option<StepScheduleConfig>("step")
                                 .option<MultiStepScheduleConfig>("multi_step")
                                 .option<ExponentialScheduleConfig>("exponential")
                                 .option<PolynomialScheduleConfig>("polynomial")
                                 .option<LinearScheduleConfig>("linear")
                                 .option<CosineScheduleConfig>("cosine")
                                 .option<OneCycleScheduleConfig>("one_cycle")
                                 .option<PlateauScheduleConfig>("plateau");
  return kTable;
}

const RateConfig& rate_config(const ScheduleConfig& config) {
  return std::visit([](const auto& schedule) -> const RateConfig& { return schedule; }, config);
}

}  // namespace topfive::optim
