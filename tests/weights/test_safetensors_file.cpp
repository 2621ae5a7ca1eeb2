#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "topfive/base/error.h"
#include "topfive/weights/safetensors_file.h"

#include "support/catch.h"
#include "support/source_directory.h"
#include "support/temporary_directory.h"

namespace topfive::weights {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put_content(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

base::ExitCode code_of_opening(const std::filesystem::path& path) {
  try {
    const SafetensorsFile file(path);
  } catch (const base::UserError& error) {
    return error.code();
  }
  return base::ExitCode::kOk;
}

std::vector<std::byte> read_bytes(const SafetensorsFile& file, const TensorEntry& entry) {
  std::vector<std::byte> bytes(entry.end - entry.begin);
  file.read(entry, bytes);
  return bytes;
}

}  // namespace

TEST_CASE("what was written is read back, in the given order, over random shapes and types") {
  const tests::TemporaryDirectory directory;
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::vector<std::byte>> data;
    std::vector<TensorBytes> tensors;
    const std::size_t count = random() % 6;
    data.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto dtype = static_cast<DType>(random() % 15);
      std::vector<std::int64_t> shape(random() % 4);
      for (auto& size : shape) size = static_cast<std::int64_t>(random() % 4);
      std::uint64_t bytes = 0;
      REQUIRE(tensor_bytes(dtype, shape, bytes));
      data.emplace_back(bytes);
      for (auto& value : data.back()) value = static_cast<std::byte>(random());
      tensors.push_back({"t" + std::to_string(i), dtype, shape, data.back()});
    }
    const Metadata metadata{{"round", std::to_string(round)}, {"text", "line\n\"quoted\" \xc3\xa9"}};
    const auto path = directory / ("r" + std::to_string(round));
    write_safetensors(path, tensors, metadata);

    const SafetensorsFile file(path);
    CHECK(file.header().metadata == metadata);
    REQUIRE(file.header().tensors.size() == count);
    for (std::size_t i = 0; i < count; ++i) {
      const TensorEntry& entry = file.header().tensors[i];
      CHECK(entry.name == tensors[i].name);
      CHECK(entry.dtype == tensors[i].dtype);
      CHECK(entry.shape == tensors[i].shape);
      CHECK(read_bytes(file, entry) == data[i]);
    }
  }
}

TEST_CASE("every tensor of a written file is aligned to its element size") {
  const tests::TemporaryDirectory directory;
  const std::vector<std::byte> bytes(24);
  const auto view = std::span(bytes);
  write_safetensors(directory / "f", {{"a", DType::kU8, {3}, view.first(3)},
                                      {"b", DType::kF32, {5}, view.first(20)},
                                      {"c", DType::kBf16, {1}, view.first(2)},
                                      {"d", DType::kI64, {3}, view}});
  const SafetensorsFile file(directory / "f");
  CHECK(file.header().data_start % 8 == 0);
  for (const TensorEntry& entry : file.header().tensors) CHECK(entry.begin % dtype_size(entry.dtype) == 0);
  CHECK(file.header().tensors.front().name == "a");
}

TEST_CASE("the same tensors give the same bytes") {
  const tests::TemporaryDirectory directory;
  const std::vector<std::byte> bytes(8, std::byte{5});
  const std::vector<TensorBytes> tensors = {{"w", DType::kF32, {2}, bytes}};
  write_safetensors(directory / "1", tensors, {{"b", "2"}, {"a", "1"}});
  write_safetensors(directory / "2", tensors, {{"a", "1"}, {"b", "2"}});
  CHECK(content_of(directory / "1") == content_of(directory / "2"));
}

TEST_CASE("a file that independent Python code wrote is read") {
  const SafetensorsFile file(tests::golden_path("python_written.safetensors"));
  REQUIRE(file.header().tensors.size() == 2);
  const TensorEntry& ramp = file.header().tensors[0];
  CHECK(ramp.name == "ramp");
  CHECK(ramp.shape == std::vector<std::int64_t>{2, 3});
  const auto bytes = read_bytes(file, ramp);
  std::vector<float> values(6);
  std::memcpy(values.data(), bytes.data(), bytes.size());
  CHECK(values == std::vector<float>{-1.5F, -0.5F, 0.5F, 1.5F, 2.5F, 3.5F});
  CHECK(file.header().tensors[1].dtype == DType::kI64);
  CHECK(file.header().metadata == Metadata{{"format", "pt"}});
}

TEST_CASE("the written bytes equal a file that independent Python code has read and approved") {
  const tests::TemporaryDirectory directory;
  const std::vector<float> ramp = {-1.5F, -0.5F, 0.5F, 1.5F, 2.5F, 3.5F};
  const std::vector<std::int64_t> count = {7};
  write_safetensors(directory / "f",
                    {{"ramp", DType::kF32, {2, 3}, std::as_bytes(std::span(ramp))},
                     {"count", DType::kI64, {}, std::as_bytes(std::span(count))}},
                    {{"format", "pt"}});
  CHECK(content_of(directory / "f") == content_of(tests::golden_path("topfive_written.safetensors")));
}

TEST_CASE("a file cut at any byte or with a byte too many is refused") {
  const tests::TemporaryDirectory directory;
  const std::vector<std::byte> bytes(12, std::byte{1});
  write_safetensors(directory / "good", {{"w", DType::kF32, {3}, bytes}});
  const std::string content = content_of(directory / "good");
  for (std::size_t length = 0; length < content.size(); ++length) {
    put_content(directory / "cut", content.substr(0, length));
    REQUIRE(code_of_opening(directory / "cut") == base::ExitCode::kBadData);
  }
  put_content(directory / "long", content + '\0');
  CHECK(code_of_opening(directory / "long") == base::ExitCode::kBadData);
  CHECK(code_of_opening(directory / "good") == base::ExitCode::kOk);
}

TEST_CASE("what is no regular file is refused at once") {
  const tests::TemporaryDirectory directory;
  CHECK(code_of_opening(directory / "missing") == base::ExitCode::kInputMissing);
  REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
  CHECK(code_of_opening(directory / "pipe") == base::ExitCode::kBadData);
  CHECK(code_of_opening(directory / ".") == base::ExitCode::kBadData);
}

TEST_CASE("a file that shrinks after it was opened gives an error") {
  const tests::TemporaryDirectory directory;
  const std::vector<std::byte> bytes(8000);
  write_safetensors(directory / "f", {{"w", DType::kF32, {2000}, bytes}});
  const SafetensorsFile file(directory / "f");
  std::filesystem::resize_file(directory / "f", 4000);
  CHECK_THROWS_WITH(read_bytes(file, file.header().tensors[0]), ContainsSubstring("became shorter"));
}

TEST_CASE("tensors that contradict themselves are a bug of the caller") {
  const tests::TemporaryDirectory directory;
  const std::vector<std::byte> bytes(8);
  const TensorBytes good{"w", DType::kF32, {2}, bytes};
  CHECK_THROWS_AS(write_safetensors(directory / "a", {{"w", DType::kF32, {3}, bytes}}), std::logic_error);
  CHECK_THROWS_AS(write_safetensors(directory / "b", {good, good}), std::logic_error);
  CHECK_THROWS_AS(write_safetensors(directory / "c", {{"__metadata__", DType::kF32, {2}, bytes}}), std::logic_error);
  CHECK_FALSE(std::filesystem::exists(directory / "b"));
}

}  // namespace topfive::weights
