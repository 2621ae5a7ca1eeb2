// eval --weights, train --weights and inspect, as a user runs them.
#include <filesystem>
#include <fstream>

#include "cli/tiny_recipe.h"
#include "support/catch.h"
#include "support/picture_folder.h"

using topfive::tests::run_program;
using topfive::tests::TinyRecipe;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> joined(std::vector<std::string> left, const std::vector<std::string>& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

}  // namespace

TEST_CASE("a checkpoint's weight file evaluates by itself, to the same counts", "[cli]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train({"--set", "train.num_epochs=2"}).exit_code == 0);
  const auto expected = tiny.eval();
  const auto file = (tiny.out() / "checkpoints/last/model.safetensors").string();
  const std::vector<std::string> common = {"--weights", file, "--data", tiny.data().string(), "--devices", "cpu"};
  const auto by_itself = run_program("eval", common);
  CHECK(by_itself.exit_code == 0);
  CHECK(by_itself.out == expected.out);
  CHECK_FALSE(by_itself.out.empty());
  const auto by_config = run_program("eval", joined(common, {"--model", tiny.config().string(), "--strict"}));
  CHECK(by_config.out == expected.out);
}

TEST_CASE("a run starts from weights, and a head of other classes is replaced and said so", "[cli]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train({"--set", "train.num_epochs=1"}).exit_code == 0);
  const auto file = (tiny.out() / "checkpoints/last/model.safetensors").string();
  const auto more = tiny.train({"--weights", file, "--set", "train.num_epochs=1"}, "more");
  CHECK(more.exit_code == 0);
  CHECK_THAT(more.err, ContainsSubstring("tensors loaded") && ContainsSubstring("safetensors"));
  fs::create_directories(tiny.data() / "train/white");
  fs::create_directories(tiny.data() / "val/white");
  fs::copy_file(tiny.data() / "train/red/0.JPEG", tiny.data() / "train/white/0.JPEG");
  fs::copy_file(tiny.data() / "val/red/0.JPEG", tiny.data() / "val/white/0.JPEG");
  const std::vector<std::string> four = {"--weights",          file,    "--set",
                                         "train.num_epochs=1", "--set", "model.num_classes=4"};
  const auto head = tiny.train(four, "four");
  CHECK(head.exit_code == 0);
  CHECK_THAT(head.err, ContainsSubstring("head fc3 replaced: 3 classes in the file, 4 here"));
  const auto strict = tiny.train(joined(four, {"--strict"}), "strict");
  CHECK(strict.exit_code == 65);
  CHECK_THAT(strict.err, ContainsSubstring("\"fc3.weight\"") && ContainsSubstring("--head-only"));
}

TEST_CASE("what eval --weights cannot do is one line and the documented exit code", "[cli][bad-input]") {
  const TinyRecipe tiny;
  std::ofstream(tiny.directory() / "page.pth") << "<!DOCTYPE html>";
  const auto run = [&](const std::vector<std::string>& arguments) {
    return run_program("eval", joined({"--data", tiny.data().string(), "--devices", "cpu"}, arguments));
  };
  const auto page = (tiny.directory() / "page.pth").string();
  CHECK(run({"--weights", page, "--model", "resnet18"}).exit_code == 65);
  CHECK_THAT(run({"--weights", page, "--model", "resnet18"}).err, ContainsSubstring("a web page"));
  CHECK(run({"--weights", "nowhere.pth", "--model", "resnet18"}).exit_code == 66);
  CHECK(run({"--weights", page, "--model", "resnet81"}).exit_code == 65);
  CHECK(run({"--weights", page, "--checkpoint", "x"}).exit_code == 64);
  CHECK(run({"--checkpoint", "x", "--model", "resnet18"}).exit_code == 64);
  CHECK(run({"--checkpoint", "x", "--strict"}).exit_code == 64);
  CHECK(run({}).exit_code == 64);
}

TEST_CASE("a broken validation picture costs no training: the epoch is saved and goes on", "[cli][bad-input]") {
  const TinyRecipe tiny;
  const auto picture = tiny.data() / "val/green/3.JPEG";
  fs::copy_file(picture, tiny.directory() / "whole.JPEG");
  topfive::tests::truncate_file(picture, 300);
  const auto broken = tiny.train({"--set", "train.num_epochs=1"});
  CHECK(broken.exit_code == 65);
  CHECK_THAT(broken.err, ContainsSubstring("green/3.JPEG") && ContainsSubstring("--resume auto"));
  fs::copy_file(tiny.directory() / "whole.JPEG", picture, fs::copy_options::overwrite_existing);
  const auto mended = tiny.train({"--set", "train.num_epochs=1", "--resume", "auto"});
  CHECK(mended.exit_code == 0);
  CHECK_THAT(mended.err, ContainsSubstring("resumed") && ContainsSubstring("epoch 1: top-1 error"));
}

TEST_CASE("inspect prints networks and checkpoints", "[cli]") {
  const auto list = run_program("inspect", {"model"});
  CHECK(list.exit_code == 0);
  CHECK_THAT(list.out, ContainsSubstring("vit_h14"));
  const auto wrong = run_program("inspect", {"model", "resnet5"});
  CHECK(wrong.exit_code == 64);
  CHECK_THAT(wrong.err, ContainsSubstring("did you mean \"resnet50\"?"));
  CHECK(run_program("inspect", {"checkpoint", "nowhere"}).exit_code == 66);
  CHECK(run_program("inspect", {}).exit_code == 64);
  const TinyRecipe tiny;
  const auto svg = (tiny.directory() / "a.svg").string();
  CHECK(run_program("inspect", {"model", "lenet5", "--diagram", svg}).exit_code == 0);
  CHECK(fs::file_size(svg) > 1000);
}
