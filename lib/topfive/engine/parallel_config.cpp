#include "topfive/engine/parallel_config.h"

namespace topfive::engine {
const base::Fields<ParallelConfig>& ParallelConfig::fields() {
  static const auto kFields =
      base::Fields<ParallelConfig>("How the processes of a run work together, where there are several.")
          .number("timeout_seconds", &ParallelConfig::timeout_seconds,
                  {.help = "after this long without a word of another rank, all end (exit code 76)",
                   .min = 1,
                   .max = 86'400})
          .number(
              "stall_timeout_seconds", &ParallelConfig::stall_timeout_seconds,
              {.help = "the same for a rank that answers, but has done nothing for so long", .min = 1, .max = 864'000})
          .boolean("sync_batch_norm", &ParallelConfig::sync_batch_norm,
                   {.help = "batch normalisation over the pictures of all ranks instead of each rank's own"})
          .boolean(
              "shard_optimizer", &ParallelConfig::shard_optimizer,
              {.help = "each rank keeps the optimizer's state of a part of the parameters only, updates these, and "
                       "sends their new values to the others: less memory, more traffic, the same bits"})
          .object("gradients", &ParallelConfig::gradients);
  return kFields;
}

}  // namespace topfive::engine
