#include "topfive/dataset/unpack.h"

#include <csignal>
#include <sstream>

#include "topfive/base/stop_signal.h"
#include "topfive/data/ilsvrc2012.h"
#include "topfive/data/image_folder.h"
#include "topfive/dataset/pack.h"
#include "topfive/dataset/split_parts.h"

#include "data/storage_fixture.h"
#include "dataset/data_set.h"

using namespace topfive;
using namespace topfive::tests;
namespace fs = std::filesystem;

namespace {

dataset::UnpackRequest request_for(const fs::path& directory, const fs::path& out) {
  dataset::UnpackRequest request;
  request.directory = directory;
  request.data = dataset::config_of_type("ilsvrc2012");
  request.out = out;
  request.threads = 2;
  return request;
}

std::string unpack(const dataset::UnpackRequest& request) {
  std::ostringstream out;
  dataset::run_unpack(request, out);
  return out.str();
}

// The tree that the fixture writes as folders, and the mark.
void check_unpacked(const fs::path& folders, const fs::path& out) {
  auto expected = files_below(folders);
  expected.insert(std::upper_bound(expected.begin(), expected.end(), "unpacked.json"), "unpacked.json");
  CHECK(files_below(out) == expected);
  for (const auto& file : files_below(folders)) CHECK(content_of(out / file) == content_of(folders / file));
}

}  // namespace

TEST_CASE("the archives of ILSVRC-2012 become class folders with the very files", "[dataset]") {
  const TemporaryDirectory directory;
  store_as_ilsvrc2012(directory / "archives");
  store_as_folders(directory / "folders");
  const auto request = request_for(directory / "archives", directory / "out");
  CHECK_THAT(unpack(request), ContainsSubstring("complete, 21 files written now"));
  check_unpacked(directory / "folders", directory / "out");
  const data::ImageFolderSource train(directory / "out", "train");
  CHECK(train.fingerprint() == data::open_ilsvrc2012(directory / "archives", data::Split::kTrain)->fingerprint());
  CHECK_THAT(unpack(request), ContainsSubstring("complete already"));
}

TEST_CASE("an unpacking that was interrupted writes what is missing or cut, and nothing else", "[dataset]") {
  const TemporaryDirectory directory;
  store_as_ilsvrc2012(directory / "archives");
  store_as_folders(directory / "folders");
  const auto request = request_for(directory / "archives", directory / "out");
  base::install_stop_handlers();
  std::raise(SIGINT);
  std::ostringstream ignored;
  CHECK(dataset::run_unpack(request, ignored) == base::ExitCode::kStopped);
  base::reset_stop_request();
  std::string complete = "\"complete\": true";
  unpack(request);
  std::string mark = content_of(directory / "out/unpacked.json");
  write_file(directory / "out/unpacked.json",
             mark.replace(mark.find(complete), complete.size(), "\"complete\": false"));
  const auto files = files_below(directory / "folders");
  fs::remove(directory / "out" / files[3]);
  fs::resize_file(directory / "out" / files[7], 10);
  CHECK_THAT(unpack(request), ContainsSubstring("complete, 2 files written now"));
  check_unpacked(directory / "folders", directory / "out");
}

TEST_CASE("a directory that holds something else is not unpacked into", "[dataset]") {
  const TemporaryDirectory directory;
  store_as_ilsvrc2012(directory / "archives");
  write_file(directory / "full/holiday.txt", "x");
  write_file(directory / "other/unpacked.json", "{}");
  CHECK_THAT(user_error([&] { unpack(request_for(directory / "archives", directory / "full")); }), StartsWith("73 "));
  CHECK_THAT(user_error([&] { unpack(request_for(directory / "archives", directory / "other")); }),
             StartsWith("73 ") && ContainsSubstring("another data set"));
}

TEST_CASE("shards are packed from the archives as from the folders", "[dataset]") {
  const TemporaryDirectory directory;
  store_as_ilsvrc2012(directory / "archives");
  store_as_folders(directory / "folders");
  dataset::PackRequest request;
  for (const std::string kind : {"archives", "folders"}) {
    request.directory = directory / kind;
    request.data = dataset::config_of_type("auto");
    request.out = directory / (kind + "_shards");
    std::ostringstream ignored;
    CHECK(dataset::run_pack(request, ignored) == base::ExitCode::kOk);
  }
  for (const std::string file : {"train-000000.tar", "val-000000.tar", "classes.txt", "pack.json"}) {
    CHECK(content_of(directory / "archives_shards" / file) == content_of(directory / "folders_shards" / file));
  }
}

TEST_CASE("links to a flat validation folder go where the ground truth says", "[dataset]") {
  const TemporaryDirectory directory;
  store_as_folders(directory / "data");
  fs::remove_all(directory / "data/val");
  for (const auto& picture : val_pictures()) write_file(directory / "data/val" / picture.file, picture.bytes);
  write_file(directory / "data/ILSVRC2012_validation_ground_truth.txt", ground_truth());
  verify(directory / "data", directory / "clean");
  store_as_folders(directory / "folders");
  const data::ImageFolderSource expected(directory / "folders", "val");
  CHECK(data::ImageFolderSource(directory / "clean", "val").fingerprint() == expected.fingerprint());
  CHECK(data::ImageFolderSource(directory / "clean", "train").size() == 15);
}
