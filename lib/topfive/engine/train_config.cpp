#include "topfive/engine/train_config.h"

namespace topfive::engine {
namespace {

constexpr double kMaxSeed = 4'294'967'295.0;

// How the network computes.
void add_compute_fields(base::Fields<TrainConfig>& fields) {
  fields
      .choice("precision", &TrainConfig::precision,
              {{"float32", Precision::kFloat32}, {"bf16", Precision::kBfloat16}, {"fp16", Precision::kFloat16}},
              {.help = "type in which the network computes; weights stay float32; fp16 scales the loss and needs "
                       "CUDA"})
      .boolean("allow_tf32", &TrainConfig::allow_tf32,
               {.help = "let float32 products on CUDA round their factors to TF32: 10 instead of 23 bits, faster"})
      .boolean("channels_last", &TrainConfig::channels_last,
               {.help = "keep pictures and filters in NHWC order, which convolutions prefer"})
      .boolean("activation_checkpointing", &TrainConfig::activation_checkpointing,
               {.help = "compute activations again in the backward pass instead of keeping them: less memory, about "
                        "a third more time"})
      .boolean("cuda_graphs", &TrainConfig::cuda_graphs,
               {.help = "record the step once and replay it, which spares small networks the launch of each kernel; "
                        "without effect on a CPU"})
      .number("precise_batch_norm_batches", &TrainConfig::precise_batch_norm_batches,
              {.help = "training batches from which the running statistics of batch normalisation are computed anew "
                       "before the last evaluation, 0 to keep the moving averages",
               .min = 0,
               .max = 1e9,
               .paper = "a sufficiently large training batch (He 2015, released models)"})
      .number("num_compute_threads", &TrainConfig::num_compute_threads,
              {.help = "threads of LibTorch on the CPU, 0 for all cores; bits of the result depend on it",
               .min = 0,
               .max = 1024});
}

// How gradients and weights are treated beside the optimizer.
void add_update_fields(base::Fields<TrainConfig>& fields) {
  fields.object("clip", &TrainConfig::clip)
      .object("ema", &TrainConfig::ema)
      .object("grad_scaler", &TrainConfig::grad_scaler)
      .check([](const TrainConfig& config) -> std::string {
        if (!config.cuda_graphs || config.accumulation_steps == 1) return "";
        return "cuda_graphs needs accumulation_steps 1";
      });
}

base::Fields<TrainConfig> length_fields() {
  auto fields =
      base::Fields<TrainConfig>("Length, batch size and seed of the training.")
          .number("num_epochs", &TrainConfig::num_epochs,
                  {.help = "passes over the training set; a fraction ends inside an epoch",
                   .min = 0,
                   .max = 100'000,
                   .paper = "about 90 (Krizhevsky 2012, section 5)"})
          .number(
              "max_steps", &TrainConfig::max_steps,
              {.help = "optimizer steps after which the run ends in any case, 0 for no limit", .min = 0, .max = 1e12})
          .number("global_batch_size", &TrainConfig::global_batch_size,
                  {.help = "pictures per optimizer step, over all devices",
                   .min = 1,
                   .max = 1'048'576,
                   .paper = "128 (Krizhevsky 2012, section 5)"})
          .number("accumulation_steps", &TrainConfig::accumulation_steps,
                  {.help = "parts in which a device works through its share of a step, for batches that do not fit its "
                           "memory; batch normalisation sees one part at a time",
                   .min = 1,
                   .max = 65'536})
          .number("eval_batch_size", &TrainConfig::eval_batch_size,
                  {.help = "pictures per evaluation step on one device", .min = 1, .max = 65'536})
          .number("seed", &TrainConfig::seed,
                  {.help = "of initialisation, dropout, order and augmentation", .min = 0, .max = kMaxSeed})
          .number("eval_every_epochs", &TrainConfig::eval_every_epochs,
                  {.help = "epochs between evaluations; the end is always evaluated", .min = 1, .max = 100'000})
          .choice("eval_protocol", &TrainConfig::eval_protocol, eval_protocol_names(),
                  {.help = "what an evaluation looks at: each picture once, or also its mirror image, with the mean of "
                           "both logits, which takes twice the time"});
  return fields;
}

}  // namespace

const std::vector<std::pair<std::string, EvalProtocol>>& eval_protocol_names() {
  static const std::vector<std::pair<std::string, EvalProtocol>> kNames = {{"center", EvalProtocol::kCenter},
                                                                           {"mirrored", EvalProtocol::kMirrored}};
  return kNames;
}

const base::Fields<TrainConfig>& TrainConfig::fields() {
  static const auto kFields = [] {
    auto fields = length_fields();
    add_compute_fields(fields);
    add_update_fields(fields);
    return fields;
  }();
  return kFields;
}

const base::Fields<CheckpointConfig>& CheckpointConfig::fields() {
  static const auto kFields =
      base::Fields<CheckpointConfig>("When to save, and how many to keep.")
          .number("every_steps", &CheckpointConfig::every_steps,
                  {.help = "steps between checkpoints, 0 for none by steps", .min = 0, .max = 1e12})
          .number("every_minutes", &CheckpointConfig::every_minutes,
                  {.help = "minutes between checkpoints, 0 for none by time", .min = 0, .max = 1e6})
          .number("every_epochs", &CheckpointConfig::every_epochs,
                  {.help = "epochs between checkpoints; the end is always saved", .min = 1, .max = 1e6})
          .number("keep", &CheckpointConfig::keep, {.help = "newest checkpoints kept", .min = 1, .max = 1'000})
          .number("keep_best", &CheckpointConfig::keep_best,
                  {.help = "checkpoints with the lowest top-1 error kept beside the newest", .min = 1, .max = 1'000})
          .choice("on_error", &CheckpointConfig::on_error, {{"stop", OnSaveError::kStop}, {"warn", OnSaveError::kWarn}},
                  {.help = "when a checkpoint cannot be saved: stop the run, or warn and try again at the next; those "
                           "before it are intact"});
  return kFields;
}

const base::Fields<LogConfig>& LogConfig::fields() {
  static const auto kFields =
      base::Fields<LogConfig>("The run's log.")
          .number("every_steps", &LogConfig::every_steps,
                  {.help = "steps between two records of loss and speed", .min = 1, .max = 1'000'000})
          .boolean("csv", &LogConfig::csv, {.help = "write metrics.csv beside log.jsonl, for spreadsheets"})
          .boolean("tensorboard", &LogConfig::tensorboard,
                   {.help = "write an event file into the run directory, for tensorboard --logdir"});
  return kFields;
}

}  // namespace topfive::engine
