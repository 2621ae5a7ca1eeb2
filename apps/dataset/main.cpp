// dataset: checks data sets, measures them, shows them, and brings them into other forms.
#include <iostream>

#include "topfive/dataset/info.h"
#include "topfive/dataset/pack.h"
#include "topfive/dataset/preview.h"
#include "topfive/dataset/row_indexing.h"
#include "topfive/dataset/split_parts.h"
#include "topfive/dataset/stats.h"
#include "topfive/dataset/unpack.h"
#include "topfive/dataset/verify.h"
#include "topfive/engine/run_config.h"

#include "common/program.h"

namespace {

using namespace topfive;

constexpr const char* kNotes =
    "Examples:\n"
    "  dataset info imagenet                          what is there\n"
    "  dataset verify imagenet --json report.json     every picture is decoded; exit code 65 if something is wrong\n"
    "  dataset verify photos --fix photos_clean       and a clean tree of links beside it\n"
    "  dataset stats flowers                          mean, std and colour components for a recipe\n"
    "  dataset preview flowers --config alexnet.json --out preview.png\n"
    "  dataset pack imagenet --out shards             WebDataset shards; --lossless makes them smaller\n"
    "  dataset prepare downloads --out imagenet       class folders from the archives of ILSVRC-2012\n"
    "  dataset index imagenet                         where the rows of each JPEG begin: faster windows\n"
    "pack and prepare go on where they were stopped when they are called again with the same flags.\n";

// What the subcommands take; `config` is looked up as in train.
struct Requests {
  dataset::InfoRequest info;
  dataset::VerifyRequest verify;
  dataset::StatsRequest stats;
  dataset::PreviewRequest preview;
  dataset::PackRequest pack;
  dataset::UnpackRequest prepare;
  dataset::IndexRequest index;
  std::string type = "auto";
  std::string config;
  std::vector<std::string> overrides;
  std::string layout = "folders";
};

constexpr const char* kDirectoryHelp = "The data set's directory: the one above train and val";

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& help,
                      std::filesystem::path& directory) {
  auto* command = app.add_subcommand(name, help);
  command->add_option("directory", directory, kDirectoryHelp)->required();
  return command;
}

void add_type(CLI::App& command, std::string& type) {
  command.add_option("--type", type, "Kind of data set, as a recipe's data.type")->capture_default_str();
}

void add_split(CLI::App& command, std::string& split) {
  command.add_option("--split", split, "train, val or all")->capture_default_str();
}

void add_threads(CLI::App& command, int& threads) {
  command.add_option("--threads", threads, "Threads; 0: as many as there are cores")->check(CLI::Range(0, 1024));
}

void add_packing(CLI::App& command, dataset::PackRequest& pack) {
  command.add_option("--shard-mb", pack.shard_mb, "MiB of a shard")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command.add_option("--seed", pack.seed, "Of the order in the shards")->capture_default_str();
  auto* lossless = command.add_flag("--lossless", pack.rewrite.lossless, "Smaller JPEG files with the same pixels");
  auto* side = command.add_option("--short-side", pack.rewrite.short_side, "Scale larger pictures down to this; lossy");
  side->check(CLI::Range(1, 8192))->excludes(lossless);
  command.add_option("--quality", pack.rewrite.quality, "Of the JPEG files of scaled pictures, 1 to 100")
      ->check(CLI::Range(1, 100))
      ->needs(side)
      ->capture_default_str();
  command.add_flag_callback(
      "--no-row-index", [&pack] { pack.row_indexes = false; }, "Leave train.rows and val.rows out");
  command.add_flag("--skip-bad", pack.skip_bad, "Leave out pictures that cannot be used, and list them");
}

CLI::App* add_verify(CLI::App& app, dataset::VerifyRequest& request) {
  auto* command = add_command(app, "verify", "Find everything that is wrong with a data set", request.directory);
  add_type(*command, request.type);
  add_split(*command, request.split);
  add_threads(*command, request.threads);
  command->add_option("--json", request.json, "Write the report into this file as well");
  command->add_option("--fix", request.fix, "Build a clean tree of links in this new directory");
  return command;
}

CLI::App* add_stats(CLI::App& app, Requests& requests) {
  auto& request = requests.stats;
  auto* command = add_command(app, "stats", "Mean, std and colour components for a recipe", request.directory);
  add_type(*command, requests.type);
  command->add_option("--split", request.split, "train or val")->capture_default_str();
  command->add_option("--config", requests.config, "Look at the pictures as this recipe's evaluation shows them");
  command->add_option("--limit", request.limit, "This many pictures, spread evenly")->check(CLI::PositiveNumber);
  add_threads(*command, request.threads);
  command->add_option("--json", request.json, "Write the figures into this file as well");
  return command;
}

CLI::App* add_preview(CLI::App& app, Requests& requests) {
  auto& request = requests.preview;
  auto* command = add_command(app, "preview", "A sheet of what the network will see", request.directory);
  command->add_option("--config", requests.config, "The recipe whose training is shown")->required();
  command->add_option("--set", requests.overrides, "Override one key of the recipe")->take_all();
  command->add_option("--out", request.out, "PNG file to write")->required();
  command->add_option("--split", request.split, "train or val")->capture_default_str();
  command->add_option("--rows", request.rows, "Pictures")->check(CLI::Range(1, 256))->capture_default_str();
  command->add_option("--columns", request.columns, "The picture and its draws")
      ->check(CLI::Range(2, 64))
      ->capture_default_str();
  command->add_option("--seed", request.seed, "Instead of the recipe's train.seed");
  return command;
}

CLI::App* add_pack(CLI::App& app, Requests& requests) {
  auto& request = requests.pack;
  auto* command = add_command(app, "pack", "Write WebDataset shards", request.directory);
  command->add_option("--out", request.out, "Directory of the shards")->required();
  add_type(*command, requests.type);
  add_split(*command, request.split);
  add_packing(*command, request);
  add_threads(*command, request.threads);
  return command;
}

CLI::App* add_prepare(CLI::App& app, Requests& requests) {
  auto& request = requests.prepare;
  auto* command =
      add_command(app, "prepare", "Class folders or shards from the archives of ILSVRC-2012", request.directory);
  command->add_option("--out", request.out, "Directory to fill")->required();
  command->add_option("--layout", requests.layout, "folders or shards")
      ->check(CLI::IsMember({"folders", "shards"}))
      ->capture_default_str();
  add_split(*command, request.split);
  add_threads(*command, request.threads);
  return command;
}

CLI::App* add_index(CLI::App& app, Requests& requests) {
  auto& request = requests.index;
  auto* command =
      add_command(app, "index", "Find where the rows of each JPEG begin, for faster windows", request.directory);
  add_type(*command, requests.type);
  add_split(*command, request.split);
  command->add_option("--step", request.step, "A place every so many units of a row; 0: only where rows begin")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  add_threads(*command, request.threads);
  return command;
}

// The type of --type unless a recipe was given, which says it itself.
base::ExitCode run_stats(Requests& requests) {
  requests.stats.data = dataset::config_of_type(requests.type);
  if (!requests.config.empty()) {
    const auto config = engine::load_run_config(engine::find_config(requests.config), {});
    requests.stats.data.channels = config.data.channels;
    requests.stats.transforms = config.augment.eval;
  }
  return dataset::run_stats(requests.stats, std::cout);
}

base::ExitCode run_preview(Requests& requests, bool has_seed) {
  const auto config = engine::load_run_config(engine::find_config(requests.config), requests.overrides);
  requests.preview.data = config.data;
  requests.preview.transforms = config.augment.train;
  if (!has_seed) requests.preview.seed = config.train.seed;
  return dataset::run_preview(requests.preview, std::cout);
}

base::ExitCode run_pack(Requests& requests) {
  requests.pack.data = dataset::config_of_type(requests.type);
  return dataset::run_pack(requests.pack, std::cout);
}

base::ExitCode run_index(Requests& requests) {
  requests.index.data = dataset::config_of_type(requests.type);
  return dataset::run_index(requests.index, std::cout);
}

base::ExitCode run_prepare(Requests& requests) {
  requests.prepare.data = dataset::config_of_type("ilsvrc2012");
  if (requests.layout == "folders") return dataset::run_unpack(requests.prepare, std::cout);
  requests.pack.directory = requests.prepare.directory;
  requests.pack.data = requests.prepare.data;
  requests.pack.out = requests.prepare.out;
  requests.pack.split = requests.prepare.split;
  requests.pack.threads = requests.prepare.threads;
  return dataset::run_pack(requests.pack, std::cout);
}

}  // namespace

int main(int argc, char** argv) {
  Requests requests;
  CLI::App app("Checks, measures, shows and packs data sets.", "dataset");
  auto* info = add_command(app, "info", "What a directory holds", requests.info.directory);
  add_type(*info, requests.info.type);
  info->add_flag("--json", requests.info.json, "Print JSON");
  auto* verify = add_verify(app, requests.verify);
  auto* stats = add_stats(app, requests);
  auto* preview = add_preview(app, requests);
  auto* pack = add_pack(app, requests);
  auto* index = add_index(app, requests);
  add_prepare(app, requests);
  app.require_subcommand(1);
  return apps::run_program(app, argc, argv, kNotes, [&] {
    if (info->parsed()) return dataset::run_info(requests.info, std::cout);
    if (verify->parsed()) return dataset::run_verify(requests.verify, std::cout);
    if (stats->parsed()) return run_stats(requests);
    if (preview->parsed()) return run_preview(requests, preview->count("--seed") > 0);
    if (index->parsed()) return run_index(requests);
    return pack->parsed() ? run_pack(requests) : run_prepare(requests);
  });
}
