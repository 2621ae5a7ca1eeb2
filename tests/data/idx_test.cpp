#include "topfive/data/idx.h"

#include <zlib.h>

#include "data/test_files.h"
#include "support/source_directory.h"

using namespace topfive;
using data::IdxSource;
using data::Split;
using tests::big_endian;
using tests::bytes_of;
using tests::TemporaryDirectory;
using tests::user_error;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

const char* const kImages = "train-images-idx3-ubyte";
const char* const kLabels = "train-labels-idx1-ubyte";

std::string images_file(std::uint32_t count, const std::string& pixels) {
  return big_endian(0x803) + big_endian(count) + big_endian(2) + big_endian(2) + pixels;
}

std::string labels_file(const std::string& labels) {
  return big_endian(0x801) + big_endian(static_cast<std::uint32_t>(labels.size())) + labels;
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::vector<int> pixels_of(const data::SampleSource& source, std::int64_t index) {
  std::vector<std::byte> buffer;
  std::vector<int> values;
  for (const std::byte value : source.read(index, buffer).bytes) {
    values.push_back(std::to_integer<int>(value));
  }
  return values;
}

// The text behind "65 <directory>/<file>: ".
std::string refusal(const std::string& file, const std::string& content) {
  const TemporaryDirectory directory;
  write_file(directory.path() / kLabels, labels_file(bytes_of({1, 2})));
  write_file(directory.path() / file, content);
  const std::string prefix = "65 " + (directory.path() / file).string() + ": ";
  const std::string message = user_error([&] { IdxSource(directory.path(), Split::kTrain); });
  REQUIRE_THAT(message, StartsWith(prefix));
  return message.substr(prefix.size());
}

}  // namespace

TEST_CASE("IDX files that Python wrote and compressed are read exactly") {
  const IdxSource source(tests::source_directory() / "tests/data/golden", Split::kEval);
  REQUIRE(source.size() == 3);
  CHECK(source.fixed_height_width() == std::pair(2, 3));
  CHECK(source.class_names().size() == 10);
  CHECK(source.class_names()[9] == "9");
  CHECK(std::vector<int>{source.label(0), source.label(1), source.label(2)} == std::vector<int>{7, 0, 9});
  for (int i = 0; i < 3; ++i) {
    const int first = 40 * i;
    CHECK(pixels_of(source, i) == std::vector<int>{first, first + 1, first + 2, first + 10, first + 11, first + 12});
  }
  CHECK(source.name(1) == "t10k-images-idx3-ubyte.gz, image 1");
}

TEST_CASE("plain and compressed IDX files give the same source, and labels can add classes") {
  const std::string images = images_file(2, bytes_of({1, 2, 3, 4, 250, 251, 252, 253}));
  const std::string labels = labels_file(bytes_of({3, 25}));
  const bool compressed = GENERATE(false, true);
  const TemporaryDirectory directory;
  const std::string suffix = compressed ? ".gz" : "";
  write_file(directory.path() / (kImages + suffix), compressed ? gzip(images) : images);
  write_file(directory.path() / (kLabels + suffix), compressed ? gzip(labels) : labels);
  const IdxSource source(directory.path(), Split::kTrain);
  CHECK(pixels_of(source, 0) == std::vector<int>{1, 2, 3, 4});
  CHECK(pixels_of(source, 1) == std::vector<int>{250, 251, 252, 253});
  CHECK(source.label(1) == 25);
  CHECK(source.class_names().size() == 26);
  CHECK(source.name(0) == kImages + suffix + ", image 0");
}

TEST_CASE("plain IDX files that are not what they claim are refused") {
  const std::string pixels(8, 'p');
  const std::string size_advice = "; download the file again";
  const auto [content, reason] = GENERATE_COPY(table<std::string, std::string>({
      {"", "shorter than an IDX header" + size_advice},
      {images_file(2, pixels).substr(0, 15), "shorter than an IDX header" + size_advice},
      {images_file(2, pixels).substr(0, 23), "has 23 bytes, but its header says 24" + size_advice},
      {images_file(2, pixels + "x"), "has 25 bytes, but its header says 24" + size_advice},
      {labels_file(pixels + pixels),
       "not an IDX file of unsigned bytes with 3 dimension(s): the magic number is 2049, expected 2051"},
      {big_endian(0xD03) + big_endian(2) + big_endian(2) + big_endian(2) + pixels,
       "not an IDX file of unsigned bytes with 3 dimension(s): the magic number is 3331, expected 2051"},
      {images_file(0, ""), "dimension 1 is 0: no samples"},
      {images_file(0xFFFFFFFFU, pixels), "the header promises more than 2 GiB"},
      {big_endian(0x803) + big_endian(1) + big_endian(70000) + big_endian(1) + std::string(70000, 'p'),
       "pictures above 65536 pixels a side"},
  }));
  CHECK(refusal(kImages, content) == reason);
}

TEST_CASE("compressed IDX files that are cut, corrupt or bombs are refused") {
  const std::string good = gzip(images_file(2, std::string("abcdefgh")));
  std::string wrong_checksum = good;
  wrong_checksum[good.size() - 8] ^= 1;
  const std::string advice = "; download the file again";
  const auto [content, reason] = GENERATE_COPY(table<std::string, std::string>({
      {"plain text", "the gzip file is corrupt" + advice},
      {"", "the gzip file is truncated" + advice},
      {good.substr(0, 14), "the gzip file is truncated" + advice},
      {good.substr(0, good.size() - 3), "the gzip file is truncated" + advice},
      {wrong_checksum, "the gzip file is corrupt" + advice},
      {good + "more", "the gzip file has bytes after its end" + advice},
      {gzip(images_file(2, "abcdefg")), "the gzip content is shorter than its header says" + advice},
      {gzip(images_file(2, std::string(50'000'000, '\0'))), "the gzip content is longer than its header says" + advice},
      {gzip(images_file(500'000'000, "")), "the header promises more than the file can hold" + advice},
  }));
  CHECK(refusal(std::string(kImages) + ".gz", content) == reason);
}

TEST_CASE("pictures and labels that do not belong together are refused") {
  const TemporaryDirectory directory;
  write_file(directory.path() / kImages, images_file(2, std::string(8, 'p')));
  write_file(directory.path() / kLabels, labels_file(bytes_of({1, 2, 3})));
  CHECK(user_error([&] { IdxSource(directory.path(), Split::kTrain); }) ==
        "65 " + (directory.path() / kLabels).string() +
            ": 3 labels for 2 pictures in train-images-idx3-ubyte; the two files do not belong together");
}

TEST_CASE("a missing IDX file is named with the files that are needed") {
  const TemporaryDirectory directory;
  CHECK(user_error([&] { IdxSource(directory.path(), Split::kEval); }) ==
        "66 " + (directory.path() / "t10k-images-idx3-ubyte").string() +
            ": no such file, nor with .gz added; --data DIR must hold train-images-idx3-ubyte, "
            "train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte");
}

TEST_CASE("the fingerprint of an IDX set changes with its labels") {
  const auto fingerprint = [](const std::string& labels) {
    const TemporaryDirectory directory;
    write_file(directory.path() / kImages, images_file(2, std::string(8, 'p')));
    write_file(directory.path() / kLabels, labels_file(labels));
    return IdxSource(directory.path(), Split::kTrain).fingerprint();
  };
  CHECK(fingerprint(bytes_of({1, 2})) == fingerprint(bytes_of({1, 2})));
  CHECK(fingerprint(bytes_of({1, 2})) != fingerprint(bytes_of({2, 1})));
}
