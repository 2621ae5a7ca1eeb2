#include "topfive/data/recognise.h"

#include "data/test_files.h"

using namespace topfive;
using data::DataKind;
using data::recognise_data;
using tests::TemporaryDirectory;
using tests::user_error;
using tests::write_file;

TEST_CASE("the kind of a data set is recognised by the names in its directory") {
  const TemporaryDirectory directory;
  const auto [file, kind] = GENERATE(table<std::string, DataKind>({
      {"train/n01/a.JPEG", DataKind::kImageFolder},
      {"val/n01/a.JPEG", DataKind::kImageFolder},
      {"ILSVRC2012_img_train.tar", DataKind::kIlsvrc2012},
      {"ILSVRC2012_img_val.tar", DataKind::kIlsvrc2012},
      {"train-000000.tar", DataKind::kShards},
      {"val/0.tar", DataKind::kShards},
      {"train.txt", DataKind::kList},
      {"t10k-images-idx3-ubyte.gz", DataKind::kIdx},
      {"data_batch_1.bin", DataKind::kCifarBinary},
      {"train.bin", DataKind::kCifarBinary},
  }));
  write_file(directory / file, "x");
  CHECK(recognise_data(directory.path()) == kind);
}

TEST_CASE("a flat validation directory beside the archive is part of ILSVRC-2012") {
  const TemporaryDirectory directory;
  write_file(directory / "ILSVRC2012_img_train.tar", "x");
  write_file(directory / "val/ILSVRC2012_val_00000001.JPEG", "x");
  CHECK(recognise_data(directory.path()) == DataKind::kIlsvrc2012);
}

TEST_CASE("nothing, and too much, are errors that say what was looked for") {
  const TemporaryDirectory directory;
  const auto refusal = [&](const std::filesystem::path& path) { return user_error([&] { recognise_data(path); }); };
  CHECK(refusal(directory / "none") == "66 " + (directory / "none").string() + ": no such directory; check --data");
  CHECK(refusal(directory.path()) ==
        "66 " + directory.path().string() +
            ": no data set recognised; --data DIR must hold one of: train/<class>/*.JPEG (image_folder), "
            "ILSVRC2012_img_train.tar (ilsvrc2012), train-*.tar (shards), train.txt (list), train-images-idx3-ubyte "
            "(idx), data_batch_1.bin (cifar_binary)");
  write_file(directory / "train/a/1.jpg", "x");
  write_file(directory / "train.txt", "x");
  CHECK(refusal(directory.path()) ==
        "78 " + directory.path().string() +
            ": holds several data sets (image_folder, list); say which: --set data.type=image_folder");
}
