#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/tiny_recipe.h"
#include "support/catch.h"

namespace fs = std::filesystem;
using topfive::tests::checkpoint_hash;
using topfive::tests::TinyRecipe;

namespace {

std::string content_of(const fs::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("train learns, and eval reports the two errors with their counts", "[cli]") {
  const TinyRecipe tiny;
  const auto trained = tiny.train({"--set", "train.num_epochs=8"});
  INFO(trained.err);
  REQUIRE(trained.exit_code == 0);
  CHECK_THAT(trained.err, ContainsSubstring("device     CPU, 1 threads"));
  CHECK_THAT(trained.err, ContainsSubstring("img/s  ETA "));
  for (const auto* file : {"config.json", "log.jsonl", "training_curve.svg", "checkpoints/last/MANIFEST.json",
                           "checkpoints/best/model.safetensors"}) {
    CHECK(fs::exists(tiny.out() / file));
  }

  const auto evaluated = tiny.eval({"--out", (tiny.directory() / "result.json").string(), "--predictions",
                                    (tiny.directory() / "predictions.csv").string()});
  INFO(evaluated.err);
  REQUIRE(evaluated.exit_code == 0);
  CHECK(evaluated.out == "top-1 error 0.00 % (0 of 15 wrong)\ntop-5 error 0.00 % (0 of 15 wrong)\n");
  CHECK_THAT(content_of(tiny.directory() / "result.json"), ContainsSubstring("\"images\": 15"));
  const std::string predictions = content_of(tiny.directory() / "predictions.csv");
  CHECK(std::count(predictions.begin(), predictions.end(), '\n') == 16);
  CHECK_THAT(predictions, StartsWith("name,label,class1,probability1"));
  CHECK_THAT(predictions, ContainsSubstring("val/blue/0.JPEG,blue,blue,"));
}

TEST_CASE("a mirrored evaluation is asked for by the recipe or by eval, and said beside the figures", "[cli]") {
  const TinyRecipe tiny;
  const auto trained = tiny.train({"--set", "train.num_epochs=1", "--set", "train.eval_protocol=mirrored"});
  REQUIRE(trained.exit_code == 0);
  const std::string said = "wrong), by the mean of each picture and its mirror image";
  CHECK_THAT(trained.err, ContainsSubstring(said));
  const auto as_trained = tiny.eval({"--out", (tiny.directory() / "result.json").string()});
  CHECK_THAT(as_trained.out, ContainsSubstring(said));
  CHECK_THAT(content_of(tiny.directory() / "result.json"), ContainsSubstring("\"protocol\": \"mirrored\""));
  const auto plain = tiny.eval({"--protocol", "center"});
  CHECK(plain.exit_code == 0);
  CHECK_THAT(plain.out, !ContainsSubstring("mirror"));
  const auto unknown = tiny.eval({"--protocol", "centre"});
  CHECK(unknown.exit_code == 64);
  CHECK_THAT(unknown.err, ContainsSubstring("--protocol: \"centre\" is not one of center, mirrored; did you mean "
                                            "\"center\"?"));
  CHECK(tiny.eval({"--protocol", "0"}).exit_code == 64);
}

TEST_CASE("the resolved config of a run trains the same network again", "[cli]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train({"--set", "train.seed=3"}, "first").exit_code == 0);
  fs::copy_file(tiny.out("first") / "config.json", tiny.config(), fs::copy_options::overwrite_existing);
  REQUIRE(tiny.train({}, "second").exit_code == 0);
  CHECK(checkpoint_hash(tiny.out("first")) == checkpoint_hash(tiny.out("second")));
}

TEST_CASE("loader threads and ring size change nothing, the seed does", "[cli][determinism]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train({"--set", "data.num_loader_threads=1"}, "one").exit_code == 0);
  REQUIRE(tiny.train({"--set", "data.num_loader_threads=4", "--set", "data.ring_batches=2"}, "four").exit_code == 0);
  REQUIRE(tiny.train({"--set", "train.seed=8"}, "other").exit_code == 0);
  CHECK(checkpoint_hash(tiny.out("one")) == checkpoint_hash(tiny.out("four")));
  CHECK(checkpoint_hash(tiny.out("one")) != checkpoint_hash(tiny.out("other")));
}

TEST_CASE("our JPEG decoder and libjpeg train the same weights", "[cli][determinism]") {
  const TinyRecipe tiny;
  const std::vector<std::string> in_colour = {"--set", "data.channels=3", "--set", "model.input_channels=3"};
  auto by_libjpeg = in_colour;
  by_libjpeg.insert(by_libjpeg.end(), {"--set", "data.decode=libjpeg"});
  REQUIRE(tiny.train(in_colour, "own").exit_code == 0);
  REQUIRE(tiny.train(by_libjpeg, "libjpeg").exit_code == 0);
  CHECK(checkpoint_hash(tiny.out("own")) == checkpoint_hash(tiny.out("libjpeg")));
}

TEST_CASE("row indexes, made on the way or there before, train the same weights", "[cli][determinism]") {
  const TinyRecipe tiny;
  const auto in_colour = [](const std::string& row_index) {
    return std::vector<std::string>{
        "--set", "data.channels=3", "--set", "model.input_channels=3", "--set", "data.row_index=" + row_index};
  };
  for (const std::string way : {"off", "make", "auto"}) REQUIRE(tiny.train(in_colour(way), way).exit_code == 0);
  CHECK(fs::exists(tiny.data() / "train.rows"));
  CHECK(checkpoint_hash(tiny.out("make")) == checkpoint_hash(tiny.out("off")));
  CHECK(checkpoint_hash(tiny.out("auto")) == checkpoint_hash(tiny.out("off")));
}

TEST_CASE("a dry run checks everything and writes nothing", "[cli]") {
  const TinyRecipe tiny;
  const auto result = tiny.train({"--dry-run", "--set", "data.row_index=make"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, ContainsSubstring("dry run"));
  CHECK_FALSE(fs::exists(tiny.out()));
  CHECK_FALSE(fs::exists(tiny.data() / "train.rows"));
}

TEST_CASE("the run log holds one JSON object a line, evaluations with counts", "[cli]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train({"--set", "train.num_epochs=2"}).exit_code == 0);
  const std::string log = content_of(tiny.out() / "log.jsonl");
  CHECK_THAT(log, StartsWith("{\"event\":\"train\",\"step\":2,\"epoch\":1,\"loss\":"));
  CHECK_THAT(log,
             ContainsSubstring("{\"event\":\"eval\",\"step\":12,\"epoch\":2,") && ContainsSubstring("\"images\":15,"));
}
