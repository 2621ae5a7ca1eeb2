#include "topfive/loss/loss_config.h"

#include <string>

namespace topfive::loss {
namespace {

std::string what_is_wrong(const LossConfig& config) {
  if (config.label_smoothing >= 1.0) return "label_smoothing must be below 1";
  if (config.target_threshold >= 1.0) return "target_threshold must be below 1: no target would be above it";
  const bool binary = config.type == LossType::kBinaryCrossEntropy;
  if (!binary && config.target_threshold > 0.0) return "target_threshold belongs to type binary_cross_entropy";
  if (!binary && config.sum_classes) return "sum_classes belongs to type binary_cross_entropy";
  return "";
}

}  // namespace

const base::Fields<LossConfig>& LossConfig::fields() {
  static const auto kFields =
      base::Fields<LossConfig>("The loss, and how two pictures of a batch are mixed before it.")
          .choice("type", &LossConfig::type,
                  {{"cross_entropy", LossType::kCrossEntropy}, {"binary_cross_entropy", LossType::kBinaryCrossEntropy}},
                  {.help = "One choice among the classes, or a yes or no for each of them",
                   .paper = "binary_cross_entropy in ResNet strikes back (arXiv 2110.00476, section 3)"})
          .number("label_smoothing", &LossConfig::label_smoothing,
                  {.help = "Share of the target that is spread evenly over all classes, below 1",
                   .min = 0,
                   .max = 1,
                   .paper = "0.1 (Szegedy et al. 2015, arXiv 1512.00567, section 7)"})
          .number(
              "target_threshold", &LossConfig::target_threshold,
              {.help = "Of binary_cross_entropy: a target above it becomes 1 and any other 0; 0 leaves targets soft",
               .min = 0,
               .max = 1})
          .boolean("sum_classes", &LossConfig::sum_classes,
                   {.help = "Of binary_cross_entropy: add the classes up instead of taking their mean"})
          .number("auxiliary_weight", &LossConfig::auxiliary_weight,
                  {.help = "Weight of each auxiliary output's loss, for networks that have such outputs",
                   .min = 0,
                   .max = 10,
                   .paper = "0.3 (Szegedy et al. 2014, arXiv 1409.4842, section 5)"})
          .number("mixup_alpha", &LossConfig::mixup_alpha,
                  {.help = "Pictures are blended with shares drawn from Beta(alpha, alpha), 0 for no mixup",
                   .min = 0,
                   .max = 100,
                   .paper = "0.2 (Zhang et al. 2017, arXiv 1710.09412, section 3.1)"})
          .number("cutmix_alpha", &LossConfig::cutmix_alpha,
                  {.help = "A box of another picture is pasted, its area from Beta(alpha, alpha), 0 for no cutmix",
                   .min = 0,
                   .max = 100,
                   .paper = "1 (Yun et al. 2019, arXiv 1905.04899, section 4.1)"})
          .number("mix_probability", &LossConfig::mix_probability,
                  {.help = "Share of the batches that are mixed, where mixup_alpha or cutmix_alpha is above 0",
                   .min = 0,
                   .max = 1})
          .number("switch_probability", &LossConfig::switch_probability,
                  {.help = "Share of the mixed batches that get cutmix, where both are on", .min = 0, .max = 1})
          .check(what_is_wrong);
  return kFields;
}

bool mixes(const LossConfig& config) {
  return config.mix_probability > 0.0 && (config.mixup_alpha > 0.0 || config.cutmix_alpha > 0.0);
}

}  // namespace topfive::loss
