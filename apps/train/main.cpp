// train: trains a network from a JSON recipe.
#include "topfive/engine/launch.h"
#include "topfive/engine/train_run.h"

#include "common/program.h"

namespace {

constexpr const char* kNotes =
    "Examples:\n"
    "  train --config alexnet.json --data imagenet --out runs/alexnet\n"
    "  train --config alexnet.json --smoke                             is the recipe sound? seconds, no data\n"
    "  train --config alexnet.json --data imagenet --out runs/alexnet --resume auto\n"
    "  train --config mine.json --data cifar10 --out runs/a --set train.seed=2 --set "
    "schedule.base_learning_rate=0.02\n"
    "  train --config resnet50.json --data imagenet --out runs/a --devices 0,1 --trace runs/a/trace.json\n"
    "  train --config resnet50.json --data flowers --out runs/f --weights resnet50.pth --set model.num_classes=102\n";

}  // namespace

int main(int argc, char** argv) {
  using topfive::base::ExitCode;
  topfive::engine::TrainRequest request;
  std::string max_time;
  CLI::App app("Trains a network from a JSON recipe on a folder of pictures.", "train");
  app.add_option("--config", request.config, "Recipe: a JSON file, or the name of a shipped one")->required();
  auto* smoke = app.add_flag("--smoke", request.smoke,
                             "Try the recipe out in seconds: two steps on made-up pictures, nothing is kept");
  app.add_option("--data", request.data_directory,
                 "Data set: class folders in DIR/train and DIR/val, archives of ILSVRC-2012, shards, lists")
      ->excludes(smoke);
  app.add_option("--stage", request.stage, "Copy shards or archives to this (local) directory while training");
  app.add_option("--out", request.run_directory, "Run directory: checkpoints, log, curve");
  app.add_option("--resume", request.resume, "auto: go on with --out if it holds a run; or a checkpoint's path");
  app.add_option("--accept-change", request.accepted_changes,
                 "Go on although this key of the recipe, or \"data\", is not what it was (repeatable)")
      ->take_all();
  auto* weights =
      app.add_option("--weights", request.weights, "Start from this weight file: .safetensors, .pth or .pt");
  topfive::apps::add_policy_flags(app, weights, request.policy);
  app.add_option("--set", request.overrides, "Override one key of the recipe: key.path=value (repeatable)")->take_all();
  app.add_option("--devices", request.devices,
                 "auto, cpu, the number of a CUDA device, or a list (0,1 or cpu,cpu): one process each")
      ->capture_default_str();
  app.add_option("--max-time", max_time, "Save a checkpoint and stop (exit 75) after this long: 90s, 30m, 3h");
  auto* trace = app.add_option("--trace", request.trace,
                               "Write what 20 steps spend their time on, on every rank, to this file for "
                               "chrome://tracing or Perfetto");
  app.add_flag("--dry-run", request.dry_run, "Check config, data and network, say what would happen, write nothing")
      ->excludes(trace);
  return topfive::apps::run_program(app, argc, argv, kNotes, [&] {
    if (!max_time.empty()) request.max_time = topfive::engine::parse_duration(max_time);
    const auto check = [&](int ranks) { topfive::engine::check_for_ranks(request, ranks); };
    if (!request.dry_run) {
      if (const auto code = topfive::engine::launch_ranks(request.devices, check)) return *code;
    }
    const auto outcome = topfive::engine::run_training(request);
    return outcome == topfive::engine::TrainOutcome::kStopped ? ExitCode::kStopped : ExitCode::kOk;
  });
}
