#include "topfive/engine/health.h"

#include <algorithm>
#include <cmath>

#include "topfive/base/text.h"

namespace topfive::engine {
namespace {

constexpr std::int64_t kLeastStuckSteps = 500;
constexpr int kPatience = 3;        // intervals in a row that show the same before it counts
constexpr double kNearness = 0.01;  // of the loss to that of guessing
constexpr std::size_t kLeastNorms = 10;
constexpr std::size_t kMostNorms = 101;
constexpr double kGradientLeap = 100.0;
constexpr double kParameterGrowth = 10.0;
constexpr double kDeadShare = 0.5;
constexpr double kDataBound = 0.2;
constexpr double kLongSeconds = 120.0;
constexpr int kEvaluationPatience = 2;

std::string number(double value) { return base::short_number(value, 4); }

std::string percent(double share) { return std::to_string(std::lround(100.0 * share)) + " %"; }

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

std::vector<HealthWarning> HealthMonitor::observe(const IntervalFigures& figures) {
  Warnings warnings;
  if (!config_.warnings) return warnings;
  check_skipping(figures, warnings);
  check_loss(figures, warnings);
  check_gradient(figures, warnings);
  check_parameters(figures, warnings);
  check_units(figures, warnings);
  check_input(figures, warnings);
  return warnings;
}

void HealthMonitor::warn(Warnings& warnings, const std::string& name, const std::string& text) {
  if (warned_.insert(name).second) warnings.push_back({name, text});
}

void HealthMonitor::check_skipping(const IntervalFigures& figures, Warnings& warnings) {
  intervals_skipped_ = std::isnan(figures.loss) ? intervals_skipped_ + 1 : 0;
  if (intervals_skipped_ < kPatience) return;
  warn(warnings, "every-step-skipped",
       "no step counts any more at step " + base::with_thousands(figures.step) +
           ", as no gradient is finite; go back to an earlier checkpoint (--resume PATH), and check "
           "schedule.base_learning_rate and with fp16 train.grad_scaler");
}

void HealthMonitor::check_loss(const IntervalFigures& figures, Warnings& warnings) {
  const double guessing = facts_.guessing_loss;
  const std::int64_t automatic = facts_.warmup_steps + std::max(facts_.steps_per_epoch, kLeastStuckSteps);
  const std::int64_t patience = config_.stuck_after_steps > 0 ? config_.stuck_after_steps : automatic;
  const bool at_guessing = guessing > 0.0 && std::abs(figures.loss / guessing - 1.0) < kNearness;
  intervals_at_guessing_ = at_guessing && figures.step >= patience ? intervals_at_guessing_ + 1 : 0;
  if (intervals_at_guessing_ < kPatience) return;
  warn(warnings, "loss-stuck",
       "after " + base::with_thousands(figures.step) + " steps the loss is still " + number(figures.loss) +
           ", that of guessing among " + base::with_thousands(facts_.num_classes) +
           " classes; check schedule.base_learning_rate (too high kills the units, too low moves nothing), the initial "
           "weights, and whether the labels belong to their pictures (dataset preview)");
}

void HealthMonitor::check_gradient(const IntervalFigures& figures, Warnings& warnings) {
  if (!figures.gradient_norm || !std::isfinite(*figures.gradient_norm)) return;
  if (gradient_norms_.size() >= kLeastNorms) {
    const double usual = median(gradient_norms_);
    if (*figures.gradient_norm > kGradientLeap * usual) {
      warn(warnings, "exploding-gradient",
           "at step " + base::with_thousands(figures.step) + " the gradient's norm is " +
               number(*figures.gradient_norm) + ", usually " + number(usual) +
               "; check schedule.base_learning_rate and warm-up, or clip gradients");
    }
  }
  gradient_norms_.push_back(*figures.gradient_norm);
  if (gradient_norms_.size() > kMostNorms) gradient_norms_.erase(gradient_norms_.begin());
}

void HealthMonitor::check_parameters(const IntervalFigures& figures, Warnings& warnings) {
  if (!figures.parameter_norm) return;
  const double norm = *figures.parameter_norm;
  least_parameter_norm_ = std::min(norm, least_parameter_norm_.value_or(norm));
  if (norm <= kParameterGrowth * *least_parameter_norm_) return;
  warn(warnings, "exploding-weights",
       "at step " + base::with_thousands(figures.step) + " the norm of all weights is " + number(norm) + ", it was " +
           number(*least_parameter_norm_) + "; check schedule.base_learning_rate and optimizer.weight_decay");
}

void HealthMonitor::check_units(const IntervalFigures& figures, Warnings& warnings) {
  const bool dead = figures.dead_share.value_or(0.0) >= kDeadShare;
  const bool same = figures.dead_layer == dead_layer_;
  intervals_dead_ = dead ? (same ? intervals_dead_ + 1 : 1) : 0;
  dead_layer_ = dead ? figures.dead_layer : "";
  if (intervals_dead_ < kPatience) return;
  warn(warnings, "dead-units",
       percent(*figures.dead_share) + " of the units of " + dead_layer_ + " get no gradient at step " +
           base::with_thousands(figures.step) +
           ": they are zero for every picture; check schedule.base_learning_rate and warm-up (too high), the initial "
           "weights, and with fp16 the loss scale");
}

void HealthMonitor::check_input(const IntervalFigures& figures, Warnings& warnings) {
  const bool bound = figures.data_wait > kDataBound;
  data_bound_seconds_ = bound ? data_bound_seconds_ + figures.seconds : 0.0;
  data_bound_wait_ = bound ? data_bound_wait_ + figures.seconds * figures.data_wait : 0.0;
  if (data_bound_seconds_ < kLongSeconds) return;
  warn(warnings, "data-bound",
       percent(data_bound_wait_ / data_bound_seconds_) + " of the last " +
           std::to_string(std::lround(data_bound_seconds_)) +
           " s went into waiting for pictures; check data.num_loader_threads, what `bench data` says, and whether "
           "smaller pictures would do (dataset pack)");
}

std::vector<HealthWarning> HealthMonitor::observe(const EvaluationFigures& figures) {
  Warnings warnings;
  if (!config_.warnings || figures.images == 0) return warnings;
  const double chance = 1.0 / facts_.num_classes;
  const double spread = std::sqrt(chance * (1.0 - chance) / static_cast<double>(figures.images));
  const double learned = 1.0 - figures.train_top1_error;
  const bool train_learns = learned > 5.0 * chance || learned > chance + 0.5 * (1.0 - chance);
  const bool at_chance = 1.0 - figures.top1_error < chance + 3.0 * spread;
  evaluations_at_chance_ = train_learns && at_chance ? evaluations_at_chance_ + 1 : 0;
  if (evaluations_at_chance_ < kEvaluationPatience) return warnings;
  warn(warnings, "validation-at-chance",
       "the network is right on " + percent(learned) +
           " of the training pictures, but on the validation pictures no better than guessing; check that both have "
           "the same classes under the same numbers (dataset verify), that augment.eval prepares pictures as training "
           "does, and with batch normalisation that its statistics have settled");
  return warnings;
}

std::optional<HealthWarning> check_rate(const RateAndBatch& recipe, const RateAndBatch& run) {
  if (recipe.peak_rate <= 0.0 || recipe.global_batch == run.global_batch) return std::nullopt;
  const double batch_ratio = static_cast<double>(run.global_batch) / static_cast<double>(recipe.global_batch);
  const double rate_ratio = run.peak_rate / recipe.peak_rate;
  const double least = std::min(std::sqrt(batch_ratio), batch_ratio);
  const double most = std::max(std::sqrt(batch_ratio), batch_ratio);
  constexpr double kTolerance = 1.25;
  if (rate_ratio >= least / kTolerance && rate_ratio <= most * kTolerance) return std::nullopt;
  return HealthWarning{"rate-and-batch",
                       "the batch is " + base::with_thousands(run.global_batch) + " instead of the recipe's " +
                           base::with_thousands(recipe.global_batch) + ", but the rate is " + number(run.peak_rate) +
                           " (recipe: " + number(recipe.peak_rate) + "); in proportion it would be " +
                           number(recipe.peak_rate * batch_ratio) + "; check schedule.base_learning_rate"};
}

}  // namespace topfive::engine
