// inspect: what a network is made of, what a checkpoint or weight file holds.
#include <iostream>

#include "topfive/engine/inspect_checkpoint.h"
#include "topfive/engine/inspect_model.h"
#include "topfive/engine/recipe_table.h"

#include "common/program.h"

namespace {

constexpr const char* kNotes =
    "Examples:\n"
    "  inspect model                                   all networks, by the names people use\n"
    "  inspect model resnet50                          its layers, parameters, multiply-adds and memory\n"
    "  inspect model alexnet_2012 --diagram alexnet.svg\n"
    "  inspect model --compare vgg16 googlenet resnet50\n"
    "  inspect checkpoint runs/alexnet                 step, errors, network; the manifest is verified\n"
    "  inspect checkpoint resnet50.pth --tensors       what a weight file holds; nothing in it is executed\n"
    "  inspect checkpoint vgg16.pth --write vgg16.safetensors\n"
    "  inspect recipes                                 the shipped recipes and what each should reach\n";

void add_model_flags(CLI::App& app, topfive::engine::InspectModelRequest& request) {
  app.add_option("name", request.model, "A network's name, or a config file; none: list the names");
  app.add_option("--compare", request.compare, "Networks to set side by side");
  app.add_option("--image-size", request.image_size, "Side of the pictures; 0: the network's usual one")
      ->check(CLI::Range(0, 8192));
  app.add_option("--diagram", request.diagram, "Draw the network into this SVG file");
  app.add_flag("--json", request.json, "Print JSON: parameters, macs, layers");
}

void add_checkpoint_flags(CLI::App& app, topfive::engine::InspectCheckpointRequest& request) {
  app.add_option("path", request.path, "A run directory, a checkpoint in it, or a weight file")->required();
  auto* write = app.add_option("--write", request.write, "Write the weights into this new .safetensors file");
  app.add_flag("--timm-names", request.timm_names, "With timm's and DeiT's names of a vision transformer")
      ->needs(write);
  app.add_flag("--tensors", request.tensors, "Also every tensor: type, shape, smallest, mean and largest value");
  app.add_flag("--json", request.json, "Print JSON");
}

void add_recipes_flags(CLI::App& app, topfive::engine::RecipeTableRequest& request) {
  app.add_option("directory", request.directory, "A folder of recipes; none: the shipped ones");
  app.add_flag("--markdown", request.markdown, "With augmentation and sources, as a Markdown page");
}

}  // namespace

int main(int argc, char** argv) {
  topfive::engine::InspectModelRequest model;
  topfive::engine::InspectCheckpointRequest checkpoint;
  CLI::App app("Looks into networks, checkpoints and weight files.", "inspect");
  auto* model_command = app.add_subcommand("model", "Layers, parameters, multiply-adds and memory of a network");
  auto* checkpoint_command = app.add_subcommand("checkpoint", "What a checkpoint or a weight file holds");
  topfive::engine::RecipeTableRequest recipes;
  auto* recipes_command = app.add_subcommand("recipes", "The shipped recipes and what each should reach");
  add_recipes_flags(*recipes_command, recipes);
  add_model_flags(*model_command, model);
  add_checkpoint_flags(*checkpoint_command, checkpoint);
  app.require_subcommand(1);
  return topfive::apps::run_program(app, argc, argv, kNotes, [&] {
    if (model_command->parsed()) {
      std::cout << topfive::engine::inspect_model(model);
    } else if (checkpoint_command->parsed()) {
      std::cout << topfive::engine::inspect_checkpoint(checkpoint);
    } else {
      std::cout << topfive::engine::recipe_table(recipes);
    }
    return topfive::base::ExitCode::kOk;
  });
}
