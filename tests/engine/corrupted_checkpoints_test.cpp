// Damaged checkpoints are found, whatever the damage, and the one before them is taken.
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "topfive/base/error.h"
#include "topfive/base/log.h"

#include "engine/damage.h"
#include "engine/numbered_checkpoints.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

namespace fs = std::filesystem;
using topfive::base::UserError;
using topfive::engine::CheckpointStore;
using topfive::tests::TemporaryDirectory;

namespace {

constexpr int kCases = 225;  // the long form of this test takes 1,000

// Two whole checkpoints and a copy of the newer one outside the store.
class DamagedRun {
 public:
  DamagedRun() : store_(directory()) {
    store_.commit(1, topfive::tests::numbered(1), {});
    store_.commit(2, topfive::tests::numbered(2), {});
    fs::copy(newer(), scratch_ / "copy", fs::copy_options::recursive);
  }
  fs::path directory() const { return scratch_ / "checkpoints"; }
  fs::path older() const { return directory() / "step-00000001"; }
  fs::path newer() const { return directory() / "step-00000002"; }
  CheckpointStore& store() { return store_; }
  void restore() {
    for (const auto& damaged : {newer(), directory() / "damaged-step-00000002"}) fs::remove_all(damaged);
    fs::copy(scratch_ / "copy", newer(), fs::copy_options::recursive);
  }

 private:
  TemporaryDirectory scratch_;
  CheckpointStore store_;
};

std::string verification_error(const fs::path& checkpoint) {
  try {
    topfive::engine::verify_checkpoint(checkpoint);
    return {};
  } catch (const UserError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("every damage to a checkpoint is found, and the one before it is taken", "[checkpoint][crash]") {
  topfive::base::set_up_logging("off");  // A warning each is what is expected.
  DamagedRun run;
  std::mt19937_64 random(6);
  for (int number = 0; number < kCases; ++number) {
    const auto what = topfive::tests::damage(run.newer(), run.older(), number % topfive::tests::num_damages(), random);
    INFO(number << ": " << what);
    const auto error = verification_error(run.newer());
    CHECK_THAT(error, StartsWith(run.newer().string() + "/"));
    CHECK(run.store().newest_valid() == run.older());
    CHECK(fs::exists(run.directory() / "damaged-step-00000002"));
    run.restore();
  }
  topfive::base::set_up_logging("info");
  CHECK(run.store().newest_valid() == run.newer());
}

TEST_CASE("every single bit of a manifest counts", "[checkpoint][crash]") {
  DamagedRun run;
  const auto manifest = topfive::engine::read_manifest(run.newer());
  const std::string text = topfive::engine::dump_manifest(manifest);
  const auto rewrite = [&](const std::string& content) {
    std::ofstream(run.newer() / "MANIFEST.json", std::ios::binary) << content;
  };
  for (std::size_t bit = 0; bit < text.size() * 8; bit += 7) {  // Every byte, in turn at another bit.
    std::string damaged = text;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    rewrite(damaged);
    INFO("bit " << bit);
    CHECK_FALSE(verification_error(run.newer()).empty());
  }
  rewrite(text);
  CHECK(verification_error(run.newer()).empty());
}
