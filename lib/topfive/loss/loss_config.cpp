#include "topfive/loss/loss_config.h"

#include <string>

namespace topfive::loss {

const base::Fields<LossConfig>& LossConfig::fields() {
  static const auto kFields =
      base::Fields<LossConfig>("Cross-entropy over the classes.")
          .number("label_smoothing", &LossConfig::label_smoothing,
                  {.help = "Share of the target that is spread evenly over all classes, below 1",
                   .min = 0,
                   .max = 1,
                   .paper = "0.1 (Szegedy et al. 2015, arXiv 1512.00567, section 7)"})
          .number("auxiliary_weight", &LossConfig::auxiliary_weight,
                  {.help = "Weight of each auxiliary output's loss, for networks that have such outputs",
                   .min = 0,
                   .max = 10,
                   .paper = "0.3 (Szegedy et al. 2014, arXiv 1409.4842, section 5)"})
          .check([](const LossConfig& config) -> std::string {
            return config.label_smoothing < 1.0 ? "" : "label_smoothing must be below 1";
          });
  return kFields;
}

}  // namespace topfive::loss
