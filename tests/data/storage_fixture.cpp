#include "data/storage_fixture.h"

#include <algorithm>
#include <map>

#include "topfive/base/crc32c.h"
#include "topfive/data/record_file.h"
#include "topfive/data/tar_reader.h"

#include "data/tar_blocks.h"
#include "data/test_files.h"
#include "image/image_files.h"
#include "image/picture.h"

namespace topfive::tests {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kWnids = {"n01440764", "n01443537", "n02119789"};  // IDs 449, 450, 1

std::string make_picture(int seed) {
  const cv::Size size(40 + 7 * (seed % 5), 36 + 5 * (seed % 7));
  auto picture = test::smooth_picture(size, 3);
  picture += cv::Scalar(seed * 11 % 90, seed * 29 % 90, seed * 47 % 90);
  const auto bytes = test::make_jpeg(picture, {.quality = 90, .progressive = seed % 4 == 3});
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<StoredPicture> make_train() {
  std::vector<StoredPicture> pictures;
  for (int c = 0; c < 3; ++c) {
    for (int i = 3 + c; i >= 0; --i) {
      const std::string& wnid = kWnids[static_cast<std::size_t>(c)];
      pictures.push_back({wnid, wnid + "_" + std::to_string(7 * i + 1) + ".JPEG", make_picture(10 * c + i)});
    }
  }
  return pictures;
}

std::vector<StoredPicture> make_val() {
  std::vector<StoredPicture> pictures;
  int number = 0;
  for (const int c : {2, 1, 0, 1, 1, 0}) {
    const std::string file = "ILSVRC2012_val_0000000" + std::to_string(++number) + ".JPEG";
    pictures.push_back({kWnids[static_cast<std::size_t>(c)], file, make_picture(100 + number)});
  }
  return pictures;
}

std::string label_of(const std::string& wnid) {
  return std::to_string(std::find(kWnids.begin(), kWnids.end(), wnid) - kWnids.begin());
}

std::string shard_of(const std::vector<StoredPicture>& pictures, std::size_t first, std::size_t step) {
  std::string shard;
  for (std::size_t i = first; i < pictures.size(); i += step) {
    const std::string stem = fs::path(pictures[i].file).stem().string();
    shard += tar_file(stem + ".cls", label_of(pictures[i].wnid)) + tar_file(stem + ".jpg", pictures[i].bytes);
  }
  return shard + tar_end();
}

}  // namespace

const std::vector<StoredPicture>& train_pictures() {
  static const auto kPictures = make_train();
  return kPictures;
}

const std::vector<StoredPicture>& val_pictures() {
  static const auto kPictures = make_val();
  return kPictures;
}

void store_as_folders(const fs::path& directory) {
  for (const auto& picture : train_pictures()) {
    write_file(directory / "train" / picture.wnid / picture.file, picture.bytes);
  }
  for (const auto& picture : val_pictures()) write_file(directory / "val" / picture.wnid / picture.file, picture.bytes);
}

std::string ground_truth() {
  const std::map<std::string, std::string> ids = {{kWnids[0], "449"}, {kWnids[1], "450"}, {kWnids[2], "1"}};
  std::string text;
  for (const auto& picture : val_pictures()) text += ids.at(picture.wnid) + "\n";
  return text;
}

void store_as_ilsvrc2012(const fs::path& directory) {
  std::map<std::string, std::string> inner;
  for (const auto& picture : train_pictures()) inner[picture.wnid] += tar_file(picture.file, picture.bytes);
  std::string train;
  // Not in the order of the names, as nothing says that they are.
  for (const std::string& wnid : {kWnids[1], kWnids[2], kWnids[0]})
    train += tar_file(wnid + ".tar", inner[wnid] + tar_end());
  write_file(directory / "ILSVRC2012_img_train.tar", train + tar_end());
  std::string val;
  for (const auto& picture : val_pictures()) val += tar_file(picture.file, picture.bytes);
  write_file(directory / "ILSVRC2012_img_val.tar", val + tar_end());
  write_file(directory / "ILSVRC2012_validation_ground_truth.txt", ground_truth());
}

void store_as_shards(const fs::path& directory) {
  for (std::size_t i = 0; i < 3; ++i) {
    write_file(directory / ("train-00000" + std::to_string(i) + ".tar"), shard_of(train_pictures(), i, 3));
  }
  write_file(directory / "val-000000.tar", shard_of(val_pictures(), 0, 1));
  write_file(directory / "classes.txt", kWnids[0] + "\n" + kWnids[1] + "\n" + kWnids[2] + "\n");
}

data::SampleIndex index_of_shards(const fs::path& directory, const std::string& split) {
  data::SampleIndex index;
  index.kind = "shards";
  index.split = split;
  index.class_names = kWnids;
  std::map<std::string, StoredPicture> by_stem;
  for (const auto& picture : split == "train" ? train_pictures() : val_pictures()) {
    by_stem[fs::path(picture.file).stem().string() + ".jpg"] = picture;
  }
  for (int i = 0; i < (split == "train" ? 3 : 1); ++i) {
    const std::string name = split + "-00000" + std::to_string(i) + ".tar";
    const data::RecordFile file(directory / name);
    index.places.push_back({name, file.stamp(), false});
    data::TarReader reader(file);
    while (const auto member = reader.next()) {
      if (!member->name.ends_with(".jpg")) continue;
      const StoredPicture& picture = by_stem.at(member->name);
      data::SampleRecord record;
      record.place = static_cast<std::uint32_t>(i);
      record.offset = member->offset;
      record.size = static_cast<std::uint32_t>(member->size);
      record.label = static_cast<std::uint32_t>(std::stoi(label_of(picture.wnid)));
      record.flags = data::sample_flag::kChecksumKnown;
      record.crc32c = base::crc32c(std::as_bytes(std::span(picture.bytes)));
      index.add(record, picture.file);
    }
  }
  index.sort_canonically();
  return index;
}

}  // namespace topfive::tests
