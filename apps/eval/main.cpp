// eval: top-1 and top-5 error of a checkpoint or a weight file.
#include <iostream>
#include <string>

#include "topfive/engine/eval_run.h"
#include "topfive/engine/launch.h"

#include "common/program.h"

namespace {

constexpr const char* kNotes =
    "Examples:\n"
    "  eval --checkpoint runs/alexnet --data imagenet\n"
    "  eval --checkpoint runs/alexnet/checkpoints/best --data imagenet --predictions predictions.csv\n"
    "  eval --weights resnet50-11ad3fa6.pth --model resnet50 --data imagenet\n"
    "  eval --weights runs/alexnet/checkpoints/best/model.safetensors --data imagenet\n"
    "  eval --checkpoint runs/alexnet --data imagenet --devices 0,1         two devices, the same numbers\n"
    "  eval --checkpoint runs/resnet50 --data imagenet --protocol mirrored   each picture and its mirror image\n";

}  // namespace

int main(int argc, char** argv) {
  topfive::engine::EvalRequest request;
  CLI::App app("Reports the top-1 and top-5 error of a checkpoint or a weight file on the validation pictures.",
               "eval");
  auto* subject = app.add_option_group("What to evaluate");
  subject->add_option("--checkpoint", request.checkpoint,
                      "A run directory (its last checkpoint), or a checkpoint in it");
  auto* weights = subject->add_option("--weights", request.weights, "A weight file: .safetensors, .pth or .pt");
  subject->require_option(1);
  auto* model = app.add_option("--model", request.model,
                               "The network of --weights: a name (inspect model lists them) or a config file");
  model->needs(weights);
  topfive::apps::add_policy_flags(app, weights, request.policy);
  app.add_option("--data", request.data_directory, "Data set: DIR/val/<class>/*.JPEG, or archives, shards, a list")
      ->required();
  app.add_option("--stage", request.stage, "Copy shards or archives to this (local) directory meanwhile");
  app.add_option("--devices", request.devices,
                 "auto, cpu, the number of a CUDA device, or a list (0,1 or cpu,cpu): one process each")
      ->capture_default_str();
  app.add_option("--protocol", request.protocol,
                 "center: each picture once; mirrored: the mean of it and its mirror image. Left out: as the "
                 "checkpoint's recipe says, else center")
      ->transform(topfive::apps::choice_of(topfive::engine::eval_protocol_names()))
      ->type_name("center|mirrored");
  app.add_flag("--skip-bad", request.skip_bad,
               "Leave pictures that cannot be used out of the counts, and say how many");
  app.add_option("--predictions", request.predictions, "Write the five best classes of every picture as CSV");
  app.add_option("--out", request.out, "Write the result as JSON");
  return topfive::apps::run_program(app, argc, argv, kNotes, [&] {
    // What is wrong is found by the ranks, and told by one of them.
    if (const auto code = topfive::engine::launch_ranks(request.devices, [](int) {})) return *code;
    const auto outcome = topfive::engine::run_evaluation(request);
    std::cout << outcome.report;
    return outcome.code;
  });
}
