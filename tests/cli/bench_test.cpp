#include <fstream>

#include <nlohmann/json.hpp>

#include "cli/tiny_recipe.h"
#include "support/catch.h"

using topfive::tests::run_program;
using topfive::tests::TinyRecipe;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> arguments_of(const std::string& command, const TinyRecipe& recipe,
                                      const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {command, "--config", recipe.config().string(), "--data",
                                        recipe.data().string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// The tiny recipe is grey; windows of colour files are read as RGB.
std::vector<std::string> colour_arguments_of(const std::string& command, const TinyRecipe& recipe,
                                             const std::vector<std::string>& more) {
  std::vector<std::string> arguments =
      arguments_of(command, recipe, {"--set", "data.channels=3", "--set", "model.input_channels=3"});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

nlohmann::json read_json(const fs::path& file) {
  std::ifstream stream(file);
  return nlohmann::json::parse(stream);
}

}  // namespace

TEST_CASE("bench data reports the speed, the stages, the ceilings and the memory", "[cli]") {
  const TinyRecipe recipe;
  const auto json = recipe.directory() / "figures.json";
  const auto split = GENERATE(as<std::string>(), "train", "val");
  const auto result = run_program("bench", arguments_of("data", recipe,
                                                        {"--threads", "1", "--batches", "5", "--split", split,
                                                         "--batch-size", "4", "--json", json.string()}));
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, ContainsSubstring("CPU-second") && ContainsSubstring("whole decode only"));
  const auto figures = read_json(json);
  CHECK(figures["batches"] == 5);
  CHECK(figures["loader_threads"] == 1);
  CHECK(figures["batch_size"] == 4);
  for (const auto* key : {"images", "wall_seconds", "cpu_seconds", "images_per_second", "images_per_cpu_second",
                          "peak_memory_bytes", "loader_memory_bytes", "encoded_bytes"}) {
    CAPTURE(key);
    CHECK(figures[key].get<double>() > 0);
  }
  CHECK(figures["windows_decoded"].get<int>() + figures["whole_decoded"].get<int>() >= 5);
  for (const auto* key : {"read", "header", "augment", "decode", "resample", "normalise"}) {
    CAPTURE(key);
    CHECK(figures["stages_us_per_image"][key].get<double>() >= 0);
  }
  CHECK(figures["ceilings_images_per_cpu_second"]["whole decode only"].get<double>() > 0);
  CHECK(figures["ceilings_images_per_cpu_second"]["copy of the batch"].get<double>() > 0);
}

TEST_CASE("bench data says which share of the pictures our JPEG decoder served", "[cli]") {
  const TinyRecipe recipe;
  const auto json = recipe.directory() / "figures.json";
  const auto [decoder, share] = GENERATE(table<std::string, double>({{"auto", 1.0}, {"libjpeg", 0.0}}));
  const auto result = run_program(
      "bench", colour_arguments_of("data", recipe,
                                   {"--set", "data.decode=" + decoder, "--batches", "3", "--json", json.string()}));
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, ContainsSubstring("by our own JPEG decoder"));
  const auto figures = read_json(json);
  CHECK(figures["own_windows"].get<double>() == share * figures["windows_decoded"].get<double>());
  CHECK(figures["indexed_windows"] == 0);
  CHECK(figures["windows_decoded"].get<int>() > 0);
}

TEST_CASE("bench data says which share of the pictures were read by a row index", "[cli]") {
  const TinyRecipe recipe;
  const auto json = recipe.directory() / "figures.json";
  REQUIRE(run_program("dataset", {"index", recipe.data().string()}).exit_code == 0);
  const auto [use, share] = GENERATE(table<std::string, double>({{"auto", 1.0}, {"off", 0.0}}));
  const auto result = run_program(
      "bench", colour_arguments_of("data", recipe,
                                   {"--set", "data.row_index=" + use, "--batches", "3", "--json", json.string()}));
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const auto figures = read_json(json);
  CHECK(figures["indexed_windows"].get<double>() == share * figures["windows_decoded"].get<double>());
  CHECK(figures["windows_decoded"].get<int>() > 0);
}

TEST_CASE("bench windows times libjpeg and our decoder, with and without an index", "[cli]") {
  const TinyRecipe recipe;
  const auto json = recipe.directory() / "figures.json";
  const auto result = run_program(
      "bench", colour_arguments_of("windows", recipe,
                                   {"--pictures", "6", "--rounds", "3", "--index-step", "2", "--json", json.string()}));
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, ContainsSubstring("times libjpeg-turbo") && ContainsSubstring("index every 2 units"));
  const auto figures = read_json(json);
  CHECK(figures["pictures"] == 6);
  const auto& ways = figures["ways"];
  REQUIRE(ways.size() >= 4);  // libjpeg-turbo, and three ways of plain C++
  CHECK(ways[0]["decoder"] == "libjpeg-turbo");
  for (const auto& way : ways) {
    CAPTURE(way.dump());
    CHECK(way["microseconds"].get<double>() > 0);
    CHECK(way["own_windows"] == (way == ways[0] ? 0 : 6));
    CHECK((way["index_bytes"].get<double>() > 0) == (way["index"] != "no index"));
  }
}

TEST_CASE("bench data stops after the epochs that were asked for", "[cli]") {
  const TinyRecipe recipe;
  const auto json = recipe.directory() / "figures.json";
  const auto result =
      run_program("bench", arguments_of("data", recipe, {"--epochs", "2", "--split", "val", "--json", json.string()}));
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(read_json(json)["batches"] == 8);  // 15 pictures in batches of 4, twice
}

TEST_CASE("bench pixels writes every picture of a split", "[cli]") {
  const TinyRecipe recipe;
  const auto out = recipe.directory() / "pixels.bin";
  const auto result = run_program("bench", arguments_of("pixels", recipe, {"--out", out.string()}));
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, ContainsSubstring("15 pictures of 28x28x1"));
  CHECK(fs::file_size(out) == 15 * 28 * 28);
}

TEST_CASE("bench pixels scales windows of files and refuses those outside", "[cli]") {
  const TinyRecipe recipe;
  const auto list = recipe.directory() / "windows.txt";
  const auto out = recipe.directory() / "pixels.bin";
  const auto picture = (recipe.data() / "val" / "red" / "0.JPEG").string();
  const std::vector<std::string> arguments = {"pixels", "--windows", list.string(), "--size",
                                              "8",      "--out",     out.string()};
  std::ofstream(list) << "0 0 48 40 0 " << picture << "\n3 4 20 30 1 " << picture << "\n";
  CHECK(run_program("bench", arguments).exit_code == 0);
  CHECK(fs::file_size(out) == 2 * 8 * 8 * 3);
  const auto line = GENERATE(as<std::string>(), "0 0 49 40 0 ", "-1 0 4 4 0 ", "0 0 0 4 0 ", "1 2 3 4 5 ", "1 2 3 ");
  std::ofstream(list) << line << picture << "\n";
  const auto result = run_program("bench", arguments);
  CHECK(result.exit_code == 65);
  CHECK_THAT(result.err, StartsWith("bench: error: "));
}

TEST_CASE("bench refuses what it cannot do in one line", "[cli]") {
  const TinyRecipe recipe;
  const auto bad_split = run_program("bench", arguments_of("data", recipe, {"--split", "test"}));
  CHECK(bad_split.exit_code == 64);
  CHECK_THAT(bad_split.err, ContainsSubstring("choose train or val"));
  CHECK(run_program("bench", {}).exit_code == 64);
  CHECK(run_program("bench", {"pixels", "--out", "x.bin"}).exit_code == 64);
}
