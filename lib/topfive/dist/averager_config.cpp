#include "topfive/dist/averager_config.h"

namespace topfive::dist {

const base::Fields<AveragerConfig>& AveragerConfig::fields() {
  static const auto kFields =
      base::Fields<AveragerConfig>("How gradients are averaged over the ranks while backward still runs.")
          .number("bucket_mb", &AveragerConfig::bucket_mb,
                  {.help = "gradients that go out together, in MiB; 25 as in PyTorch's DistributedDataParallel",
                   .min = 1,
                   .max = 4'096})
          .number("first_bucket_mb", &AveragerConfig::first_bucket_mb,
                  {.help = "the same for those that are ready first, so that the network starts early",
                   .min = 1,
                   .max = 4'096})
          .choice("precision", &AveragerConfig::precision,
                  {{"full", GradientPrecision::kFull}, {"bf16", GradientPrecision::kBfloat16}},
                  {.help = "bf16: gradients are rounded for the way, which halves the bytes"});
  return kFields;
}

}  // namespace topfive::dist
