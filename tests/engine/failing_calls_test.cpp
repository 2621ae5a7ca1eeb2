// Every call to the file system that a save makes fails once, in every way.
#include <cerrno>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "topfive/base/error.h"
#include "topfive/base/log.h"

#include "engine/numbered_checkpoints.h"
#include "support/catch.h"
#include "support/faulty_files.h"
#include "support/simulated_disk.h"

namespace fs = std::filesystem;
using topfive::base::ExitCode;
using topfive::base::UserError;
using topfive::engine::CheckpointStore;
using topfive::tests::DiskImage;
using topfive::tests::Fault;
using topfive::tests::FaultyFiles;
using topfive::tests::newest_number;
using topfive::tests::numbered;
using topfive::tests::SimulatedDisk;

namespace {

const fs::path kDirectory = "/run/checkpoints";

DiskImage disk_with_two_checkpoints() {
  SimulatedDisk disk;
  CheckpointStore store(kDirectory, disk);
  store.commit(1, numbered(1), {});
  store.commit(2, numbered(2), {.is_best = true});
  DiskImage image;
  disk.images_after_power_loss(disk.moment(), 1, [&](const DiskImage& only) {
    image = only;
    return true;
  });
  return image;
}

// A process opens the store and saves the third checkpoint. The message of its error, or empty.
std::string save_third(topfive::base::FileSystem& files) {
  try {
    CheckpointStore(kDirectory, files).commit(3, numbered(3), {.is_best = true, .top1_error = 0.5, .keep = 2});
    return {};
  } catch (const UserError& error) {
    CHECK((error.code() == ExitCode::kIo || error.code() == ExitCode::kCannotCreate));
    return error.what();
  }
}

// The process is gone, the power may be too: two or three are there, and the next process can go on.
void check_recovery(const SimulatedDisk& disk, bool has_third) {
  disk.images_after_power_loss(disk.moment(), 5, [&](const DiskImage& image) {
    SimulatedDisk after(image);
    const int newest = newest_number(kDirectory, after);
    CHECK(newest <= 3);
    CHECK(newest >= (has_third ? 3 : 2));
    CHECK(save_third(after).empty());
    CHECK(newest_number(kDirectory, after) == 3);
    return true;
  });
}

// False once the save makes fewer calls than that.
bool fails_well(const DiskImage& start, int number, const Fault& fault) {
  SimulatedDisk disk(start);
  FaultyFiles files(disk, number, fault);
  const std::string message = save_third(files);
  if (files.failed_call().empty()) return false;
  INFO(fault.name << " at call " << number << ", " << files.failed_call() << ": " << message);
  const bool harmless = fault.kind == Fault::Kind::kShortWrite || fault.error == EINTR;
  if (harmless) CHECK(message.empty());
  if (!message.empty() && fault.kind == Fault::Kind::kError) {
    CHECK_THAT(message, ContainsSubstring("\"" + kDirectory.string()) || ContainsSubstring("\"/run"));
    CHECK_THAT(message, ContainsSubstring(std::strerror(fault.error)));
  }
  CHECK(files.num_repeated_syncs() == 0);
  CHECK(disk.all_closed());
  check_recovery(disk, message.empty() && fault.kind != Fault::Kind::kCrash);
  return true;
}

}  // namespace

TEST_CASE("whichever call of a save fails, the old checkpoint or the new one loads", "[checkpoint][crash]") {
  topfive::base::set_up_logging("off");  // Old checkpoints that cannot be removed are a warning.
  const auto fault = GENERATE(values<Fault>({{Fault::Kind::kError, EIO, "EIO"},
                                             {Fault::Kind::kError, ENOSPC, "ENOSPC"},
                                             {Fault::Kind::kError, EDQUOT, "EDQUOT"},
                                             {Fault::Kind::kError, EMFILE, "EMFILE"},
                                             {Fault::Kind::kError, EROFS, "EROFS"},
                                             {Fault::Kind::kError, EINTR, "EINTR"},
                                             {Fault::Kind::kShortWrite, 0, "a short write"},
                                             {Fault::Kind::kCrash, 0, "a crash"}}));
  const auto start = disk_with_two_checkpoints();
  int number = 0;
  while (fails_well(start, number, fault)) ++number;
  topfive::base::set_up_logging("info");
  CHECK(number >= (fault.kind == Fault::Kind::kShortWrite ? 6 : 60));
}

TEST_CASE("the next step stands in the error of a save", "[checkpoint][crash]") {
  struct Row {
    int error;
    std::string text;
  };
  const auto row = GENERATE(values<Row>({{ENOSPC, "No space left on device; free space or choose another --out"},
                                         {EDQUOT, "Disk quota exceeded; free space or choose another --out"},
                                         {EROFS, "Read-only file system; choose another --out"},
                                         {EIO, "Input/output error; check the disk and the system's log (dmesg)"},
                                         {EMFILE, "Too many open files; raise the limit on open files (ulimit -n)"}}));
  const auto start = disk_with_two_checkpoints();
  std::string message;
  for (int number = 0; message.find("model.safetensors") == std::string::npos; ++number) {
    SimulatedDisk disk(start);
    FaultyFiles files(disk, number, {Fault::Kind::kError, row.error, ""});
    message = save_third(files);
    REQUIRE(number < 1000);
  }
  CHECK_THAT(message, ContainsSubstring(row.text));
}
