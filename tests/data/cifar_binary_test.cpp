#include "topfive/data/cifar_binary.h"

#include "data/test_files.h"

using namespace topfive;
using data::CifarSource;
using data::Split;
using tests::TemporaryDirectory;
using tests::user_error;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

constexpr int kPlane = 32 * 32;

// Labels, then the planes: pixel p of channel c is (p + 50 c + seed) mod 256.
std::string record(const std::string& labels, int seed) {
  std::string text = labels;
  for (int c = 0; c < 3; ++c) {
    for (int p = 0; p < kPlane; ++p) text += static_cast<char>((p + 50 * c + seed) % 256);
  }
  return text;
}

std::string label(int value) { return std::string(1, static_cast<char>(value)); }

void write_cifar10(const fs::path& directory) {
  for (int batch = 1; batch <= 5; ++batch) {
    std::string content;
    for (int i = 0; i < batch; ++i) content += record(label((batch + i) % 10), 10 * batch + i);
    write_file(directory / ("data_batch_" + std::to_string(batch) + ".bin"), content);
  }
  write_file(directory / "test_batch.bin", record(label(9), 3));
}

void check_pixels(const CifarSource& source, std::int64_t index, int seed) {
  std::vector<std::byte> buffer;
  const auto raw = source.read(index, buffer);
  REQUIRE(raw.bytes.size() == 3 * kPlane);
  CHECK((!raw.encoded && raw.height == 32 && raw.width == 32 && raw.channels == 3));
  int wrong = 0;
  for (int p = 0; p < kPlane; ++p) {
    for (int c = 0; c < 3; ++c) {
      const int value =
          std::to_integer<int>(raw.bytes[std::size_t{3} * static_cast<std::size_t>(p) + static_cast<std::size_t>(c)]);
      wrong += value != (p + 50 * c + seed) % 256;
    }
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("CIFAR-10 is read over its five files, with the planes interleaved") {
  const TemporaryDirectory directory;
  write_cifar10(directory.path());
  const CifarSource source(directory.path(), Split::kTrain);
  REQUIRE(source.size() == 1 + 2 + 3 + 4 + 5);
  check_pixels(source, 0, 10);
  check_pixels(source, 2, 21);
  check_pixels(source, 14, 54);
  CHECK(source.label(0) == 1);
  CHECK(source.label(14) == 9);
  CHECK(source.name(0) == "data_batch_1.bin, image 0");
  CHECK(source.name(2) == "data_batch_2.bin, image 1");
  CHECK(source.class_names().at(3) == "3");
  CHECK(source.fixed_height_width() == std::pair(32, 32));
  CHECK(CifarSource(directory.path(), Split::kEval).label(0) == 9);
}

TEST_CASE("CIFAR-100 is read with its fine labels and their names") {
  const TemporaryDirectory directory;
  write_file(directory.path() / "train.bin", record(label(4) + label(99), 1) + record(label(0) + label(7), 2));
  write_file(directory.path() / "test.bin", record(label(1) + label(50), 5));
  std::string names;
  for (int i = 0; i < 100; ++i) names += "class" + std::to_string(i) + "\r\n";
  write_file(directory.path() / "fine_label_names.txt", names + "\n");
  const CifarSource source(directory.path(), Split::kTrain);
  CHECK(source.size() == 2);
  CHECK(source.label(0) == 99);
  CHECK(source.class_names().at(99) == "class99");
  check_pixels(source, 1, 2);
  CHECK(CifarSource(directory.path(), Split::kEval).label(0) == 50);
}

TEST_CASE("the names in batches.meta.txt are the classes of CIFAR-10") {
  const TemporaryDirectory directory;
  write_cifar10(directory.path());
  const fs::path names = directory.path() / "batches.meta.txt";
  write_file(names, "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
  CHECK(CifarSource(directory.path(), Split::kTrain).class_names().at(9) == "truck");
  write_file(names, "airplane\n");
  CHECK(user_error([&] { CifarSource(directory.path(), Split::kTrain); }) ==
        "65 " + names.string() + ": 1 class names, expected 10");
}

TEST_CASE("CIFAR files that are cut or hold a wrong label are refused by name") {
  const TemporaryDirectory directory;
  write_cifar10(directory.path());
  const fs::path file = directory.path() / "data_batch_3.bin";
  const auto [content, reason] = GENERATE(table<std::string, std::string>({
      {"", "has 0 bytes, which is no multiple of the record size 3073; download the file again"},
      {record("", 0), "has 3072 bytes, which is no multiple of the record size 3073; download the file again"},
      {record(label(9), 0) + record(label(10), 0), "record 1 has the label 10, but there are 10 classes"},
  }));
  write_file(file, content);
  CHECK(user_error([&] { CifarSource(directory.path(), Split::kTrain); }) == "65 " + file.string() + ": " + reason);
}

TEST_CASE("a missing CIFAR file is named") {
  const TemporaryDirectory directory;
  write_cifar10(directory.path());
  fs::remove(directory.path() / "data_batch_4.bin");
  const std::string message = user_error([&] { CifarSource(directory.path(), Split::kTrain); });
  CHECK_THAT(message, StartsWith("66 "));
  CHECK_THAT(message, ContainsSubstring("data_batch_4.bin"));
}

TEST_CASE("a directory with none or with both of the CIFAR sets is refused") {
  const TemporaryDirectory directory;
  CHECK(user_error([&] { CifarSource(directory.path(), Split::kTrain); }) ==
        "66 " + directory.path().string() +
            ": no CIFAR files; --data DIR must hold data_batch_1.bin to data_batch_5.bin and "
            "test_batch.bin, or train.bin and test.bin");
  write_cifar10(directory.path());
  write_file(directory.path() / "train.bin", record(label(0) + label(0), 0));
  CHECK(user_error([&] { CifarSource(directory.path(), Split::kTrain); }) ==
        "65 " + directory.path().string() + ": holds both CIFAR-10 and CIFAR-100; give each its own directory");
}
