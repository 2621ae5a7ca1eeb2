// Everything a user can get wrong is one clear line, the documented exit code, and nothing written.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "cli/tiny_recipe.h"
#include "support/catch.h"
#include "support/picture_folder.h"

namespace fs = std::filesystem;
using topfive::tests::ProgramResult;
using topfive::tests::TinyRecipe;

namespace {

void check_refused(const ProgramResult& result, int exit_code, const std::string& text) {
  INFO(result.err);
  CHECK(result.exit_code == exit_code);
  CHECK_THAT(result.err, ContainsSubstring(text));
  const auto error_line = result.err.find(": error: ");
  REQUIRE(error_line != std::string::npos);
  CHECK(std::count(result.err.begin() + static_cast<std::ptrdiff_t>(error_line), result.err.end(), '\n') == 1);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a wrong config is refused with its place, and no run directory is made", "[cli][bad-input]") {
  const TinyRecipe tiny;
  const std::string good = TinyRecipe::config_text();
  struct Case {
    std::string from, to, message;
  };
  const auto wrong = GENERATE(
      Case{"\"variant\"", "\"varaint\"", "recipe.json:3:32: model.varaint: unknown key; did you mean \"variant\"?"},
      Case{"\"num_classes\": 3", "\"num_classes\": \"three\"", "model.num_classes: expected an integer"},
      Case{"\"num_epochs\": 4", "\"num_epochs\": -1", "train.num_epochs: -1 is out of range (0 to 100000)"},
      Case{"\"constant\"", "\"constnat\"", "did you mean \"constant\"?"},
      Case{"\"base_learning_rate\": 0.05", "\"base_learning_rate\": }", "recipe.json:10:"},
      Case{"\"momentum\"", "\"momentun\"", "optimizer.momentun: unknown key; did you mean \"momentum\"?"},
      Case{"\"base_learning_rate\": 0.05", "\"base_learning_rate\": -0.05",
           "schedule.base_learning_rate: -0.05 is out of range (0 to 1000)"},
      Case{"\"base_learning_rate\": 0.05", "\"base_learning_rate\": 0.05, \"warmup_epochs\": 5",
           "the warm-up of 30 steps is longer than the training of 24 steps"},
      Case{"\"size\": 28", "\"size\": 20", "20x20"},
      Case{"{ \"op\": \"center_crop\", \"size\": 28 }", "{ \"op\": \"horizontal_flip\" }", "augment.eval"},
      Case{"\"type\": \"lenet5\", ", "", "missing key \"type\""});
  tiny.write_config(replaced(good, wrong.from, wrong.to));
  check_refused(tiny.train(), 78, wrong.message);
  CHECK_FALSE(fs::exists(tiny.out()));
}

TEST_CASE("an override is checked like the config itself", "[cli][bad-input]") {
  const TinyRecipe tiny;
  check_refused(tiny.train({"--set", "optimizer.momentun=0.5"}), 78, "did you mean \"momentum\"?");
  check_refused(tiny.train({"--set", "train.seed"}), 78, "--set train.seed: expected KEY=VALUE");
}

TEST_CASE("a missing config names the nearest shipped one", "[cli][bad-input]") {
  const TinyRecipe tiny;
  check_refused(topfive::tests::run_program(
                    "train", {"--config", "alexnt.json", "--data", tiny.data().string(), "--out", tiny.out().string()}),
                66, "did you mean the shipped config \"alexnet.json\"?");
}

TEST_CASE("a program that was copied away from its recipes says where it looked for them", "[cli][bad-input]") {
  const TinyRecipe tiny;
  const fs::path programs = TOPFIVE_BIN_DIR;
  const fs::path copy = tiny.directory() / "bin/train";
  fs::create_directory(copy.parent_path());
  fs::copy_file(programs / "train", copy);
  check_refused(topfive::tests::run_program(
                    fs::relative(copy, programs).string(),
                    {"--config", "alexnet.json", "--data", tiny.data().string(), "--out", tiny.out().string()}),
                66, "there are no shipped ones in " + (tiny.directory() / "share/topfive/configs").string());
}

TEST_CASE("a data set that is not right is refused before anything is written", "[cli][bad-input]") {
  const TinyRecipe tiny;
  SECTION("missing directory") {
    fs::remove_all(tiny.data());
    check_refused(tiny.train(), 66, "train/<class>/");
  }
  SECTION("empty class") {
    fs::create_directory(tiny.data() / "train/yellow");
    check_refused(tiny.train(), 65, "yellow");
  }
  SECTION("hidden folder") {
    fs::create_directory(tiny.data() / "train/.ipynb_checkpoints");
    check_refused(tiny.train(), 65, ".ipynb_checkpoints");
  }
  SECTION("class sets differ") {
    fs::rename(tiny.data() / "val/red", tiny.data() / "val/rot");
    check_refused(tiny.train(), 65, "rot");
  }
  SECTION("another number of classes than the network") {
    check_refused(tiny.train({"--set", "model.num_classes=10"}), 78, "the data set has 3 classes");
  }
  SECTION("fewer pictures than a batch") {
    check_refused(tiny.train({"--set", "train.global_batch_size=64"}), 78, "has only 36 pictures");
  }
  CHECK_FALSE(fs::exists(tiny.out()));
}

TEST_CASE("a run directory that cannot be used is refused", "[cli][bad-input]") {
  const TinyRecipe tiny;
  SECTION("its parent is a file") {
    std::ofstream(tiny.directory() / "file") << "x";
    check_refused(tiny.train({}, "file/run"), 73, "file/run");
  }
  SECTION("it holds a run already") {
    REQUIRE(tiny.train({"--set", "train.num_epochs=1"}).exit_code == 0);
    check_refused(tiny.train(), 73, "--resume auto");
  }
}

TEST_CASE("training replaces an unreadable picture, says so once, and keeps a list", "[cli][bad-input]") {
  const TinyRecipe tiny;
  topfive::tests::truncate_file(tiny.data() / "train/green/3.JPEG", 300);
  std::ofstream(tiny.data() / "train/red/5.JPEG") << "this is not a picture";
  const auto result = tiny.train({"--set", "train.num_epochs=1"});
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, ContainsSubstring("green/3.JPEG") && ContainsSubstring("red/5.JPEG"));
  CHECK_THAT(result.err, ContainsSubstring("2 pictures could not be used"));
  std::ifstream list(tiny.out() / "bad_pictures.jsonl");
  const std::string lines((std::istreambuf_iterator<char>(list)), {});
  CHECK_THAT(lines, ContainsSubstring("\"kind\":\"truncated\"") && ContainsSubstring("\"kind\":\"not_an_image\""));
  std::ifstream log(tiny.out() / "log.jsonl");
  const std::string rows((std::istreambuf_iterator<char>(log)), {});
  CHECK_THAT(rows, ContainsSubstring("\"bad_images\":2"));
}

TEST_CASE("training stops when too many pictures are unreadable", "[cli][bad-input]") {
  const TinyRecipe tiny;
  for (int i = 0; i < 4; ++i) {
    topfive::tests::truncate_file(tiny.data() / ("train/green/" + std::to_string(i) + ".JPEG"), 300);
  }
  check_refused(tiny.train({"--set", "data.max_bad_images=2"}), 65, "green/");
}

TEST_CASE("evaluation never replaces a picture", "[cli][bad-input]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train({"--set", "train.num_epochs=1"}).exit_code == 0);
  topfive::tests::truncate_file(tiny.data() / "val/green/3.JPEG", 300);
  const auto result = tiny.eval({"--out", (tiny.directory() / "result.json").string(), "--predictions",
                                 (tiny.directory() / "predictions.csv").string()});
  check_refused(result, 65, "green/3.JPEG");
  CHECK(result.out.empty());
  CHECK_FALSE(fs::exists(tiny.directory() / "result.json"));
  CHECK_FALSE(fs::exists(tiny.directory() / "predictions.csv"));
}

TEST_CASE("evaluation leaves bad pictures out on request, and says how many", "[cli][bad-input]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train({"--set", "train.num_epochs=1"}).exit_code == 0);
  topfive::tests::truncate_file(tiny.data() / "val/green/3.JPEG", 300);
  const auto predictions = tiny.directory() / "predictions.csv";
  const auto result = tiny.eval({"--skip-bad", "--predictions", predictions.string()});
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, ContainsSubstring("val/green/3.JPEG: truncated: "));
  CHECK_THAT(result.out, ContainsSubstring("of 14 wrong") && ContainsSubstring("1 of 15 pictures are missing"));
  std::ifstream file(predictions);
  const std::string rows((std::istreambuf_iterator<char>(file)), {});
  CHECK(std::count(rows.begin(), rows.end(), '\n') == 15);  // the header and 14 pictures
  CHECK(rows.find("green/3.JPEG") == std::string::npos);
}

TEST_CASE("a checkpoint that does not fit is refused", "[cli][bad-input]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train({"--set", "train.num_epochs=1"}).exit_code == 0);
  const auto last = fs::canonical(tiny.out() / "checkpoints/last");
  SECTION("no such directory") { check_refused(tiny.eval({}, "nowhere"), 66, "no such directory"); }
  SECTION("damaged weights") {
    topfive::tests::truncate_file(last / "model.safetensors", 1000);
    check_refused(tiny.eval(), 65, "model.safetensors");
  }
  SECTION("other classes") {
    fs::rename(tiny.data() / "val/red", tiny.data() / "val/rot");
    check_refused(tiny.eval(), 65, "class 2 was \"red\" and is \"rot\"");
  }
  SECTION("another recipe on resume") {
    check_refused(tiny.train({"--resume", "auto", "--set", "train.num_epochs=1", "--set", "optimizer.momentum=0.5"}),
                  78, "the config differs from the checkpoint's in optimizer.momentum;");
  }
  SECTION("other data on resume") {
    fs::remove(tiny.data() / "train/green/3.JPEG");
    check_refused(tiny.train({"--resume", "auto", "--set", "train.num_epochs=1"}), 65, "training data differ");
  }
}
