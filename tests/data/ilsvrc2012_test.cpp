#include "topfive/data/ilsvrc2012.h"

#include <zlib.h>

#include "topfive/data/imagenet_classes.h"

#include "data/storage_fixture.h"
#include "data/tar_blocks.h"
#include "data/test_files.h"

using namespace topfive;
using Catch::Matchers::EndsWith;
using data::open_ilsvrc2012;
using data::Split;
using tests::tar_end;
using tests::tar_file;
using tests::TemporaryDirectory;
using tests::user_error;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

constexpr const char* kTruth = "ILSVRC2012_validation_ground_truth.txt";

std::string refusal(const fs::path& directory, Split split) {
  return user_error([&] { open_ilsvrc2012(directory, split); });
}

void write_gzip(const fs::path& path, const std::string& content) {
  const gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
}

void store_flat_val(const fs::path& directory) {
  fs::remove(directory / "ILSVRC2012_img_val.tar");
  for (const auto& picture : tests::val_pictures()) write_file(directory / "val" / picture.file, picture.bytes);
}

std::vector<std::string> names_and_labels(const data::SampleSource& source) {
  std::vector<std::string> all;
  for (std::int64_t i = 0; i < source.size(); ++i)
    all.push_back(source.name(i) + " " + std::to_string(source.label(i)));
  return all;
}

}  // namespace

// The first pictures of the validation set are known by sight: sea snake, alp, Shetland sheepdog, soup bowl, cradle.
TEST_CASE("the table of classes gives the ground truth its known meaning") {
  const auto& classes = data::imagenet_classes();
  REQUIRE(classes.size() == 1000);
  CHECK((classes[0].wnid == "n01440764" && classes[0].short_name == "tench" && classes[999].wnid == "n15075141"));
  const auto labels = data::labels_by_devkit_id(classes);
  const std::vector<std::pair<int, std::string>> known = {
      {490, "sea snake"}, {361, "alp"}, {171, "Shetland sheepdog"}, {822, "soup bowl"}, {297, "cradle"}};
  for (const auto& [id, name] : known) {
    CHECK(classes[static_cast<std::size_t>(labels[static_cast<std::size_t>(id) - 1])].short_name == name);
  }
  CHECK(std::count(labels.begin(), labels.end(), -1) == 0);
}

TEST_CASE("the validation pictures have the same labels from the archive, a flat directory and class folders") {
  const TemporaryDirectory directory;
  tests::store_as_ilsvrc2012(directory.path());
  const auto archive = names_and_labels(*open_ilsvrc2012(directory.path(), Split::kEval));
  CHECK(archive == std::vector<std::string>{
                       "val/n01440764/ILSVRC2012_val_00000003.JPEG 0", "val/n01440764/ILSVRC2012_val_00000006.JPEG 0",
                       "val/n01443537/ILSVRC2012_val_00000002.JPEG 1", "val/n01443537/ILSVRC2012_val_00000004.JPEG 1",
                       "val/n01443537/ILSVRC2012_val_00000005.JPEG 1", "val/n02119789/ILSVRC2012_val_00000001.JPEG 2"});
  store_flat_val(directory.path());
  CHECK(names_and_labels(*open_ilsvrc2012(directory.path(), Split::kEval)) == archive);
  fs::remove_all(directory / "val");
  tests::store_as_folders(directory / "folders");
  fs::rename(directory / "folders/val", directory / "val");
  CHECK(names_and_labels(*open_ilsvrc2012(directory.path(), Split::kEval)) == archive);
}

TEST_CASE("the ground truth is found inside the development kit") {
  const TemporaryDirectory directory;
  tests::store_as_ilsvrc2012(directory.path());
  fs::remove(directory / kTruth);
  CHECK_THAT(refusal(directory.path(), Split::kEval),
             StartsWith("66 ") && ContainsSubstring("put ILSVRC2012_devkit_t12.tar.gz or " + std::string(kTruth)));
  const fs::path kit = directory / "ILSVRC2012_devkit_t12.tar.gz";
  write_gzip(kit, tar_file("ILSVRC2012_devkit_t12/readme.txt", "x") +
                      tar_file("ILSVRC2012_devkit_t12/data/" + std::string(kTruth), tests::ground_truth()) + tar_end());
  CHECK(open_ilsvrc2012(directory.path(), Split::kEval)->size() == 6);
  const std::string whole = base::read_text_file(kit, 1U << 20U);
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    write_file(kit, whole.substr(0, length));
    CHECK_THAT(refusal(directory.path(), Split::kEval), StartsWith("65 " + kit.string()));
  }
  write_gzip(kit, tar_file("other", "x") + tar_end());
  CHECK_THAT(refusal(directory.path(), Split::kEval), ContainsSubstring("holds no " + std::string(kTruth)));
  write_gzip(kit, std::string(std::size_t{65} << 20U, '\0'));  // 64 KiB that unfold to more than is accepted
  CHECK_THAT(refusal(directory.path(), Split::kEval), StartsWith("65 " + kit.string()));
}

TEST_CASE("without a training archive the classes are all 1,000") {
  const TemporaryDirectory directory;
  tests::store_as_ilsvrc2012(directory.path());
  fs::remove(directory / "ILSVRC2012_img_train.tar");
  const auto source = open_ilsvrc2012(directory.path(), Split::kEval);
  CHECK(source->class_names().size() == 1000);
  CHECK(source->label(5) == 278);  // n02119789, kit fox: its rank among all
  CHECK(refusal(directory.path(), Split::kTrain) ==
        "66 " + directory.path().string() + ": --data DIR must hold ILSVRC2012_img_train.tar");
}

TEST_CASE("pictures and ground truth that do not fit each other are an error") {
  const TemporaryDirectory directory;
  tests::store_as_ilsvrc2012(directory.path());
  const auto [truth, reason] = GENERATE(table<std::string, std::string>({
      {"1\n450\n449\n450\n450\n", "the ground truth has only 5 lines; it belongs to other pictures"},
      {"1\n450\n449\n450\n450\n449\n1\n",
       "the ground truth has 7 lines, but picture 7 is missing; copy the pictures again"},
      {"1\n450\n449\n0\n450\n449\n", "line 4 is no class number from 1 to 1000"},
      {"1\n450\n449\n1001\n450\n449\n", "line 4 is no class number from 1 to 1000"},
      {"1\n450\n\n450\n450\n449\n", "line 3 is no class number from 1 to 1000"},
      {"2\n450\n449\n450\n450\n449\n", "the training archive has no pictures of its class"},
  }));
  write_file(directory / kTruth, truth);
  CHECK_THAT(refusal(directory.path(), Split::kEval), StartsWith("65 ") && ContainsSubstring(reason));
}

TEST_CASE("names of validation pictures are checked") {
  const TemporaryDirectory directory;
  tests::store_as_ilsvrc2012(directory.path());
  const auto [files, reason] = GENERATE(table<std::vector<std::string>, std::string>({
      {{"x.JPEG"}, "not a validation picture's name (ILSVRC2012_val_00000001.JPEG)"},
      {{"ILSVRC2012_val_00000000.JPEG"}, "not a validation picture's name"},
      {{"a/ILSVRC2012_val_00000001.JPEG", "b/ILSVRC2012_val_00000001.JPEG"}, "the picture is there twice"},
      {{"ILSVRC2012_val_00000002.JPEG"}, "but picture 1 is missing"},
  }));
  std::string archive;
  for (const std::string& file : files) archive += tar_file(file, "x");
  write_file(directory / "ILSVRC2012_img_val.tar", archive + tar_end());
  CHECK_THAT(refusal(directory.path(), Split::kEval), StartsWith("65 ") && ContainsSubstring(reason));
}

TEST_CASE("a training archive that is cut off or not of classes is refused with its place") {
  const TemporaryDirectory directory;
  tests::store_as_ilsvrc2012(directory.path());
  const fs::path archive = directory / "ILSVRC2012_img_train.tar";
  const std::string whole = base::read_text_file(archive, 1U << 24U);
  for (std::size_t length = 0; length + 1024 <= whole.size(); length += 512) {
    write_file(archive, whole.substr(0, length));
    CHECK_THAT(refusal(directory.path(), Split::kTrain), StartsWith("65 " + archive.string() + ": at byte "));
  }
  write_file(archive, tar_file("a.JPEG", "x") + tar_end());
  CHECK_THAT(refusal(directory.path(), Split::kTrain), EndsWith("holds no class archives (n01440764.tar, ...)"));
  write_file(archive, tar_file("n01.tar", tar_end()) + tar_end());
  CHECK_THAT(refusal(directory.path(), Split::kTrain), EndsWith("n01.tar holds no pictures"));
  write_file(archive, tar_file("n01.tar", tar_file("a.JPEG", "") + tar_end()) + tar_end());
  CHECK_THAT(refusal(directory.path(), Split::kTrain), ContainsSubstring("a.JPEG at byte 1,024 is empty or too large"));
  // The inner archive ends beyond its own member, though the outer one goes on.
  write_file(archive, tar_file("n01.tar", tests::tar_block("a.JPEG", 4000, '0')) +
                          tar_file("pad", std::string(9000, 'x')) + tar_end());
  CHECK_THAT(refusal(directory.path(), Split::kTrain),
             ContainsSubstring("a file of 4,000 bytes begins here, but only 0"));
}
