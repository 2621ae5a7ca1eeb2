// bench: how fast the parts of topfive are on this machine.
#include <iostream>

#include "topfive/bench/data_bench.h"
#include "topfive/bench/pixel_dump.h"
#include "topfive/bench/train_bench.h"

#include "common/program.h"

namespace {

constexpr const char* kNotes =
    "Examples:\n"
    "  bench data --config resnet50.json --data imagenet --threads 1\n"
    "  bench data --config mine.json --data flowers --seconds 30 --json figures.json\n"
    "  bench windows --config resnet50.json --data imagenet --index-step 8\n"
    "  bench train --model resnet50 --batch-size 16 --precision bf16\n"
    "  bench pixels --config resnet50.json --data imagenet --out val.bin   what the network is given, as bytes\n"
    "  bench pixels --windows list.txt --size 224 --out windows.bin        windows of files, scaled\n";

constexpr const char* kConfigHelp = "Recipe: a JSON file, or the name of a shipped one";

struct PixelsRequest {
  topfive::bench::SamplePixelsRequest samples;
  topfive::bench::WindowPixelsRequest windows;
};

// What is measured on pictures of a recipe takes.
template <class Request>
void add_input_flags(CLI::App& app, Request& request) {
  app.add_option("--config", request.config, kConfigHelp)->required();
  app.add_option("--data", request.data_directory, "Data set, as for train")->required();
  app.add_option("--split", request.split, "train or val")->capture_default_str();
  app.add_option("--set", request.overrides, "Override one key of the recipe: key.path=value (repeatable)")->take_all();
  app.add_option("--json", request.json, "Write all figures as JSON");
}

void add_data_flags(CLI::App& app, topfive::bench::DataBenchRequest& request) {
  add_input_flags(app, request);
  app.add_option("--threads", request.threads, "Threads that load, and that normalise; 0: as the recipe says")
      ->check(CLI::Range(0, 1024));
  app.add_option("--batch-size", request.batch_size, "Pictures in a batch; 0: as the recipe says")
      ->check(CLI::Range(0, 1 << 20));
  app.add_option("--seconds", request.limits.seconds, "Measure this long (default 10 without another limit)")
      ->check(CLI::Range(0.0, 1e6));
  app.add_option("--batches", request.limits.batches, "Stop after this many batches")->check(CLI::NonNegativeNumber);
  app.add_option("--epochs", request.limits.epochs, "Stop after this many epochs")->check(CLI::NonNegativeNumber);
}

void add_train_flags(CLI::App& app, topfive::bench::TrainBenchRequest& request) {
  app.add_option("--model", request.model, "Network, as inspect model lists them")->required();
  app.add_option("--devices", request.devices, "auto, cpu, or the number of a CUDA device")->capture_default_str();
  app.add_option("--batch-size", request.batch_size, "Pictures in a batch; 0: 16, or 128 of at most 64 pixels")
      ->check(CLI::Range(0, 1 << 20));
  app.add_option("--precision", request.precision, "float32, bf16 or fp16")->capture_default_str();
  app.add_option("--steps", request.steps, "Steps to measure")->capture_default_str()->check(CLI::Range(1, 1'000'000));
  app.add_option("--threads", request.threads, "Threads that compute; 0: one a core")->check(CLI::Range(0, 1024));
  app.add_flag("--contiguous,!--channels-last", request.contiguous,
               "Pixels of a channel side by side in memory; else, and by default, channels of a pixel");
  app.add_flag("--activation-checkpointing", request.activation_checkpointing,
               "Compute blocks a second time in the backward pass instead of keeping what is in between");
  app.add_option("--json", request.json, "Write all figures as JSON");
}

void add_window_flags(CLI::App& app, topfive::bench::WindowBenchRequest& request) {
  add_input_flags(app, request);
  app.add_option("--pictures", request.pictures, "At most so many, which are kept in memory")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--rounds", request.rounds, "Over all of them, decoders in turns")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  app.add_option("--index-step", request.index_step, "Also with an index every so many units of a row")
      ->check(CLI::Range(1, 65'535));
}

void add_pixels_flags(CLI::App& app, PixelsRequest& request) {
  auto* config = app.add_option("--config", request.samples.config, kConfigHelp);
  auto* data = app.add_option("--data", request.samples.data_directory, "Data set, as for train");
  auto* windows =
      app.add_option("--windows", request.windows.windows, "Lines of: left top width height flip(0 or 1) file");
  config->needs(data)->excludes(windows);
  data->needs(config);
  app.add_option("--split", request.samples.split, "train or val")->capture_default_str()->needs(config);
  app.add_option("--set", request.samples.overrides, "Override one key of the recipe: key.path=value (repeatable)")
      ->take_all()
      ->needs(config);
  app.add_option("--size", request.windows.size, "Side that windows are scaled to")
      ->capture_default_str()
      ->check(CLI::Range(1, 8192))
      ->needs(windows);
  app.add_option("--out", request.samples.out, "File for the bytes: pictures x height x width x channels")->required();
  app.require_option(2, 0);
}

}  // namespace

int main(int argc, char** argv) {
  topfive::bench::DataBenchRequest data;
  topfive::bench::WindowBenchRequest windows;
  topfive::bench::TrainBenchRequest train;
  PixelsRequest pixels;
  CLI::App app("Measures the parts of topfive on this machine.", "bench");
  auto* data_command = app.add_subcommand("data", "The input path: pictures a second, stages, ceilings, memory");
  auto* window_command = app.add_subcommand("windows", "JPEG windows alone: every decoder, with and without an index");
  auto* train_command = app.add_subcommand("train", "The training step: pictures a second, phases, memory");
  auto* pixels_command = app.add_subcommand("pixels", "Writes the pixels that the network would be given");
  add_data_flags(*data_command, data);
  add_window_flags(*window_command, windows);
  add_train_flags(*train_command, train);
  add_pixels_flags(*pixels_command, pixels);
  app.require_subcommand(1);
  return topfive::apps::run_program(app, argc, argv, kNotes, [&] {
    pixels.windows.out = pixels.samples.out;
    if (data_command->parsed()) {
      std::cout << topfive::bench::run_data_bench(data);
    } else if (window_command->parsed()) {
      std::cout << topfive::bench::run_window_bench(windows);
    } else if (train_command->parsed()) {
      std::cout << topfive::bench::run_train_bench(train);
    } else if (!pixels.windows.windows.empty()) {
      std::cout << topfive::bench::dump_windows(pixels.windows);
    } else {
      std::cout << topfive::bench::dump_samples(pixels.samples);
    }
    return topfive::base::ExitCode::kOk;
  });
}
