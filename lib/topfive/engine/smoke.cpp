#include "topfive/engine/smoke.h"

#include <algorithm>

#include "topfive/models/registry.h"

namespace topfive::engine {
namespace {

constexpr int kSteps = 2;
constexpr int kPictures = 4;  // at once on the device

// Sources with pictures of one size give them so that the recipe's list fits; photos come larger than what is cut out.
int picture_side(const RunConfig& config) {
  switch (config.data.type) {
    case data::DataKind::kIdx:
      return 28;
    case data::DataKind::kCifarBinary:
      return 32;
    default:
      return models::nominal_image_size(config.model) * 8 / 7;
  }
}

}  // namespace

void make_smoke(RunConfig& config) {
  const int side = picture_side(config);
  const int batch = kPictures * config.train.accumulation_steps;
  config.data.type = data::DataKind::kSynthetic;
  config.data.train_limit = config.data.eval_limit = 0;
  config.data.synthetic = {.train_size = std::int64_t{kSteps} * batch,
                           .eval_size = kPictures,
                           .classes = models::num_classes(config.model),
                           .height = side,
                           .width = side};
  std::visit(
      [](auto& schedule) {
        schedule.warmup_epochs = 0.0;
        schedule.warmup_steps = 0;
      },
      config.schedule);
  config.train.ema.start_epochs = 0.0;
  config.train.num_epochs = 1;
  config.train.max_steps = kSteps;
  config.train.global_batch_size = batch;
  config.train.eval_batch_size = kPictures;
  config.train.precise_batch_norm_batches = std::min<std::int64_t>(config.train.precise_batch_norm_batches, 1);
  config.log.every_steps = 1;
  config.checkpoint.keep = 1;
}

}  // namespace topfive::engine
