// The store on a disk that loses power: at every moment of a few saves, with every combination of the changes that
// nobody had synced. The method is that of SQLite's crash tests (https://sqlite.org/atomiccommit.html) and of ALICE.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/log.h"

#include "engine/numbered_checkpoints.h"
#include "support/catch.h"
#include "support/simulated_disk.h"

namespace fs = std::filesystem;
using topfive::engine::CheckpointStore;
using topfive::tests::DiskImage;
using topfive::tests::newest_number;
using topfive::tests::number_of;
using topfive::tests::numbered;
using topfive::tests::SimulatedDisk;

namespace {

const fs::path kDirectory = "/runs/a/checkpoints";
constexpr std::size_t kImagesPerMoment = 600;

// The moments at which the saves of 1, 2 and 3 had returned. The first and the third are the best ones so far; the
// third removes the other two.
std::vector<std::size_t> save_three(SimulatedDisk& disk) {
  std::vector<std::size_t> saved;
  CheckpointStore store(kDirectory, disk);
  for (int number = 1; number <= 3; ++number) {
    store.commit(number, numbered(number), {.is_best = number != 2, .top1_error = 1.0 / number, .keep = 1});
    saved.push_back(disk.moment());
  }
  return saved;
}

int count_saved(const std::vector<std::size_t>& saved, std::size_t moment) {
  int count = 0;
  for (const std::size_t end : saved) count += end <= moment ? 1 : 0;
  return count;
}

// Everything that stands under a checkpoint's name is whole.
void check_names(SimulatedDisk& disk) {
  std::vector<topfive::base::DirectoryEntry> entries;
  if (disk.list(kDirectory, entries) != 0) return;
  for (const auto& entry : entries) {
    if (entry.name.starts_with("step-")) number_of(kDirectory / entry.name, disk);
  }
}

// The number that a link leads to; 0 where there is none yet.
int number_behind(const char* link, SimulatedDisk& disk) {
  fs::path target;
  return disk.read_link(kDirectory / link, target) == 0 ? number_of(kDirectory / target, disk) : 0;
}

std::string range_error(const std::string& what, int found, int least, int most) {
  if (found >= least && found <= most) return {};
  return what + " is " + std::to_string(found) + ", not " + std::to_string(least) + " to " + std::to_string(most);
}

// What is wrong on a disk that lost power after `saved` saves had returned; empty if nothing is.
std::string fault_of(const DiskImage& image, int saved) {
  SimulatedDisk disk(image);
  const int next = std::min(saved + 1, 3);
  try {
    check_names(disk);
    if (auto error = range_error("last", number_behind("last", disk), saved, next); !error.empty()) return error;
    const int best = number_behind("best", disk);
    if (auto error = range_error("best", best, saved == 2 ? 1 : saved, next); !error.empty()) return error;
    if (auto error = range_error("newest", newest_number(kDirectory, disk), saved, next); !error.empty()) return error;
    // The run goes on from there.
    CheckpointStore(kDirectory, disk).commit(9, numbered(9), {});
    return newest_number(kDirectory, disk) == 9 ? "" : "a save after the power loss is lost";
  } catch (const topfive::base::UserError& error) {
    return error.what();
  }
}

struct Search {
  std::size_t num_images = 0;
  std::string first_fault;
};

// All moments from `first` on.
Search search(const SimulatedDisk& disk, const std::vector<std::size_t>& saved, std::size_t first = 0) {
  Search result;
  std::set<std::pair<int, std::string>> seen;  // Many combinations come to the same.
  for (std::size_t moment = first; moment <= disk.moment() && result.first_fault.empty(); ++moment) {
    const int num_saved = count_saved(saved, moment);
    disk.images_after_power_loss(moment, kImagesPerMoment, [&](const DiskImage& image) {
      ++result.num_images;
      if (!seen.insert({num_saved, topfive::tests::fingerprint(image)}).second) return true;
      result.first_fault = fault_of(image, num_saved);
      if (!result.first_fault.empty()) result.first_fault += " (moment " + std::to_string(moment) + ")";
      return result.first_fault.empty();
    });
  }
  return result;
}

}  // namespace

TEST_CASE("a power loss at any moment of a save leaves the old checkpoint or the new one", "[checkpoint][crash]") {
  SimulatedDisk disk;
  const auto saved = save_three(disk);
  CHECK(disk.all_closed());
  const Search found = search(disk, saved);
  INFO(found.num_images << " states");
  CHECK(found.first_fault.empty());
  CHECK(found.num_images >= 5'000);
}

TEST_CASE("no sync of a save can be left out", "[checkpoint][crash]") {
  topfive::base::set_up_logging("off");  // The damage is intended.
  SimulatedDisk whole;
  save_three(whole);
  REQUIRE(whole.num_syncs() >= 20);
  for (int forgotten = 0; forgotten < whole.num_syncs(); ++forgotten) {
    SimulatedDisk disk;
    disk.forget_sync(forgotten);
    const auto saved = save_three(disk);
    INFO("sync " << forgotten);
    CHECK_FALSE(search(disk, saved, disk.moment_of_forgotten_sync()).first_fault.empty());
  }
  topfive::base::set_up_logging("info");
}
