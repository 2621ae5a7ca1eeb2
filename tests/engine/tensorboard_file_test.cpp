// Against the bytes of TensorBoard's own writer, and where the package is installed, its reader
// (tests/golden/tensorboard_events.py).
#include "topfive/engine/tensorboard_file.h"

#include <array>
#include <cstdio>
#include <fstream>

#include <nlohmann/json.hpp>

#include "topfive/base/files.h"

#include "support/catch.h"
#include "support/python.h"
#include "support/skip.h"
#include "support/source_directory.h"
#include "support/temporary_directory.h"

using namespace topfive;
using namespace topfive::engine;

namespace {

nlohmann::json golden() {
  std::ifstream file(tests::golden_path("tensorboard_events.json"));
  return nlohmann::json::parse(file);
}

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
    text += digits;
  }
  return text;
}

std::string event_file(const std::filesystem::path& directory) {
  return base::read_text_file(directory / TensorboardFile::kName, 1U << 20U);
}

}  // namespace

TEST_CASE("records equal those of TensorBoard's writer byte for byte", "[run_watch]") {
  const auto expected = golden();
  const double version_time = expected["version"]["wall_time"];
  CHECK(hexadecimal(tensorboard_record(tensorboard_version_event(version_time))) == expected["version"]["record"]);
  REQUIRE(expected["scalars"].size() == 6);
  for (const auto& item : expected["scalars"]) {
    CAPTURE(item.dump());
    std::vector<std::string> tags;
    for (const auto& scalar : item["scalars"]) tags.push_back(scalar[0]);
    std::vector<ScalarEvent> scalars;
    for (std::size_t i = 0; i < tags.size(); ++i) scalars.push_back({tags[i], item["scalars"][i][1]});
    CHECK(hexadecimal(tensorboard_record(tensorboard_scalar_event(item["wall_time"], item["step"], scalars))) ==
          item["record"]);
  }
}

TEST_CASE("an event file that is cut and goes on equals one that was never interrupted", "[run_watch]") {
  const tests::TemporaryDirectory whole, cut;
  const auto write = [](TensorboardFile& file, std::int64_t step) {
    const double value = 1.0 / static_cast<double>(step);
    file.write(100.0 + static_cast<double>(step), step, std::array{ScalarEvent{"train/loss", value}});
  };
  TensorboardFile uninterrupted(whole.path(), 0, 100.0);
  for (const std::int64_t step : {1, 2, 3, 4}) write(uninterrupted, step);

  std::int64_t known = 0;
  {
    TensorboardFile killed(cut.path(), 0, 100.0);
    for (const std::int64_t step : {1, 2}) write(killed, step);
    known = killed.bytes();
    write(killed, 3);
  }
  TensorboardFile resumed(cut.path(), known, 555.0);
  for (const std::int64_t step : {3, 4}) write(resumed, step);
  CHECK(event_file(cut.path()) == event_file(whole.path()));
}

TEST_CASE("TensorBoard, as it is installed here, reads our events", "[run_watch]") {
  const std::string python = tests::python_with("tensorboard");
  if (python.empty()) {
    tests::report_skip("no Python with tensorboard; scripts/setup.sh installs one");
    return;
  }
  const tests::TemporaryDirectory directory;
  TensorboardFile file(directory.path(), 0, 1700000000.0);
  file.write(1700000001.0, 20, std::array{ScalarEvent{"train/loss", 6.5}, ScalarEvent{"eval/top1_error", 0.75}});
  file.write(1700000002.0, 40, std::array{ScalarEvent{"train/loss", 5.25}});
  const std::string script = tests::golden_path("tensorboard_events.py").string();
  const auto read =
      tests::run_command(python + " '" + script + "' --read '" + directory.path().string() + "' 2>/dev/null");
  CHECK(read.status == 0);
  CHECK(read.out == "eval/top1_error 20 0.75\ntrain/loss 20 6.5\ntrain/loss 40 5.25\n");
}
