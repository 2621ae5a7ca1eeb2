// eval: top-1 and top-5 error of a checkpoint.
#include <iostream>

#include "topfive/engine/eval_run.h"

#include "common/program.h"

namespace {

constexpr const char* kNotes =
    "Examples:\n"
    "  eval --checkpoint runs/alexnet --data imagenet\n"
    "  eval --checkpoint runs/alexnet/checkpoints/best --data imagenet --predictions predictions.csv\n";

}  // namespace

int main(int argc, char** argv) {
  using topfive::base::ExitCode;
  topfive::engine::EvalRequest request;
  CLI::App app("Reports the top-1 and top-5 error of a checkpoint on the validation pictures.", "eval");
  app.add_option("--checkpoint", request.checkpoint, "A run directory (its last checkpoint), or a checkpoint in it")
      ->required();
  app.add_option("--data", request.data_directory, "Data set: DIR/val/<class>/*.JPEG")->required();
  app.add_option("--devices", request.devices, "auto, cpu, or the number of a CUDA device")->capture_default_str();
  app.add_option("--predictions", request.predictions, "Write the five best classes of every picture as CSV");
  app.add_option("--out", request.out, "Write the result as JSON");
  return topfive::apps::run_program(app, argc, argv, kNotes, [&] {
    const auto outcome = topfive::engine::run_evaluation(request);
    if (!outcome.complete) return ExitCode::kStopped;
    std::cout << outcome.report;
    return ExitCode::kOk;
  });
}
