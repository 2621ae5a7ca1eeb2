#include <fstream>

#include "cli/program_runner.h"
#include "support/catch.h"
#include "support/picture_folder.h"

using namespace topfive::tests;
namespace fs = std::filesystem;

TEST_CASE("dataset verify exits with 0 where all is well and with 65 where it is not", "[cli]") {
  const TemporaryDirectory directory;
  make_picture_folder(directory.path());
  const auto clean = run_program("dataset", {"verify", directory.path().string()});
  CHECK(clean.exit_code == 0);
  CHECK_THAT(clean.out, ContainsSubstring("clean: 0 errors"));
  CHECK_THAT(clean.err, ContainsSubstring("checked 51 of 51") && ContainsSubstring("img/s"));
  truncate_file(directory / "val/red/1.JPEG", 300);
  const auto broken = run_program("dataset", {"verify", directory.path().string()});
  CHECK(broken.exit_code == 65);
  CHECK_THAT(broken.out, ContainsSubstring("truncated") && ContainsSubstring("val/red/1.JPEG"));
}

TEST_CASE("dataset packs shards, tells what they are, measures them and shows them", "[cli]") {
  const TemporaryDirectory directory;
  const std::string data = (directory / "data").string();
  const std::string shards = (directory / "shards").string();
  make_picture_folder(directory / "data");
  const auto packed = run_program("dataset", {"pack", data, "--out", shards, "--lossless"});
  CHECK(packed.exit_code == 0);
  CHECK_THAT(packed.out, ContainsSubstring("train: 36 samples in 1 shards"));
  const auto info = run_program("dataset", {"info", shards});
  CHECK(info.exit_code == 0);
  CHECK_THAT(info.out, ContainsSubstring("shards") && ContainsSubstring("beside the data"));
  const auto stats = run_program("dataset", {"stats", shards, "--config", "cifar10_small.json"});
  CHECK(stats.exit_code == 0);
  CHECK_THAT(stats.out, ContainsSubstring("36 pictures, 36,864 pixels"));
  const std::string sheet = (directory / "sheet.png").string();
  const auto preview =
      run_program("dataset", {"preview", data, "--config", "alexnet.json", "--out", sheet, "--rows", "2"});
  CHECK(preview.exit_code == 0);
  CHECK(fs::file_size(sheet) > 1000);
}

TEST_CASE("dataset index writes the row indexes beside the data, which training then uses unless told not to",
          "[cli]") {
  const TemporaryDirectory directory;
  make_picture_folder(directory.path());
  const auto indexed = run_program("dataset", {"index", directory.path().string(), "--threads", "2"});
  CHECK(indexed.exit_code == 0);
  CHECK_THAT(indexed.out, ContainsSubstring("train: 36 pictures, 36 with a row index") &&
                              ContainsSubstring((directory / "val.rows").string()));
  CHECK_THAT(indexed.err, ContainsSubstring("indexed train 36 of 36"));
  const auto again = run_program("dataset", {"index", directory.path().string(), "--split", "val", "--step", "0"});
  CHECK_THAT(again.out, ContainsSubstring("from before"));
  CHECK(run_program("dataset", {"index", directory.path().string(), "--step", "-1"}).exit_code == 64);
  CHECK(run_program("dataset", {"index", (directory / "none").string()}).exit_code == 66);
}

TEST_CASE("what dataset cannot do is one line with its exit code", "[cli]") {
  const TemporaryDirectory directory;
  const std::string data = directory.path().string();
  CHECK(run_program("dataset", {}).exit_code == 64);
  CHECK(run_program("dataset", {"verify"}).exit_code == 64);
  CHECK(run_program("dataset", {"pack", data, "--out", data + "/x", "--quality", "80"}).exit_code == 64);
  CHECK(run_program("dataset", {"pack", data, "--out", data + "/x", "--lossless", "--short-side", "8"}).exit_code ==
        64);
  CHECK(run_program("dataset", {"verify", data + "/none"}).exit_code == 66);
  const auto unknown = run_program("dataset", {"verify", data, "--type", "zip"});
  CHECK(unknown.exit_code == 64);
  CHECK_THAT(unknown.err, StartsWith("dataset: error: ") && ContainsSubstring("shards"));
}
