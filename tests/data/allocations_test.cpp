// Once a reader is warm, a picture costs no call of malloc(): from the bytes on the disk to the slot of the batch.
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>

#include "topfive/augment/pipeline.h"
#include "topfive/base/crc32c.h"
#include "topfive/data/open_source.h"
#include "topfive/data/row_index_file.h"
#include "topfive/data/sample_reader.h"
#include "topfive/image/jpeg_reader.h"

#include "image/image_files.h"
#include "image/picture.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

namespace {
std::atomic<long> allocations = 0;
}  // namespace

// glibc's own functions under other names; every malloc of the process comes here, libjpeg's too.
extern "C" {
void* __libc_malloc(std::size_t size);                           // NOLINT(readability-identifier-naming)
void* __libc_calloc(std::size_t count, std::size_t size);        // NOLINT(readability-identifier-naming)
void* __libc_realloc(void* memory, std::size_t size);            // NOLINT(readability-identifier-naming)
void* __libc_memalign(std::size_t alignment, std::size_t size);  // NOLINT(readability-identifier-naming)

void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  ++allocations;
  return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {  // OpenCV's
  ++allocations;
  *memory = __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
}

using namespace topfive;

namespace {

// Reads every picture in several epochs; returns the allocations of the later ones.
long allocations_when_warm(const data::SampleSource& source, const std::vector<augment::TransformConfig>& steps) {
  const augment::Pipeline pipeline(steps, "test", 3, std::nullopt);
  data::SampleReader reader(source, pipeline, {.seed = 3});
  const cv::Size size = pipeline.output_size();
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(size.area()) * 3);
  std::int64_t label = 0;
  std::int64_t id = 0;
  std::array<float, 3> shift{};
  constexpr int kWarm = 20;
  constexpr int kCounted = 20;
  long before = 0;
  for (int epoch = 0; epoch < kWarm + kCounted; ++epoch) {
    if (epoch == kWarm) before = allocations;
    for (std::int64_t i = 0; i < source.size(); ++i) reader.read(i, epoch, {pixels.data(), &label, &id, shift.data()});
  }
  return allocations - before;
}

void make_folder(const std::filesystem::path& directory) {
  for (const std::string split : {"train", "val"}) {
    for (int i = 0; i < 6; ++i) {
      const auto file = directory / (split + "/class" + std::to_string(i % 2) + "/" + std::to_string(i) + ".JPEG");
      std::filesystem::create_directories(file.parent_path());
      test::JpegOptions options;
      options.horizontal_sampling = 1 + i % 2;
      options.vertical_sampling = 1 + i / 3;
      const auto bytes = test::make_jpeg(test::smooth_picture({500 - 7 * i, 375 + 5 * i}, i == 5 ? 1 : 3), options);
      std::ofstream(file, std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
  }
}

// The number of pictures that have an index.
std::int64_t index_rows(const data::SampleSource& source, const std::filesystem::path& path) {
  image::JpegReader reader;
  data::RowIndexWriter writer(path, 8);
  std::vector<std::byte> buffer;
  for (std::int64_t i = 0; i < source.size(); ++i) {
    const data::RawSample sample = source.read(i, buffer);
    reader.open(sample.bytes, sample.slack);
    writer.add(static_cast<std::uint32_t>(sample.bytes.size()), base::crc32c(sample.bytes), reader.make_index(8));
    reader.close();
  }
  writer.finish();
  return writer.entries();
}

}  // namespace

TEST_CASE("a warm reader asks for no memory") {
  const tests::TemporaryDirectory directory;
  make_folder(directory.path());
  const auto source = data::open_source({}, directory.path(), data::Split::kTrain);
  CHECK(allocations > 0);
  CHECK(allocations_when_warm(*source, {augment::RandomResizedCropConfig{}, augment::HorizontalFlipConfig{},
                                        augment::PcaColourConfig{}}) == 0);
  CHECK(allocations_when_warm(*source, {augment::ResizeShorterSideConfig{}, augment::CenterCropConfig{}}) == 0);
  CHECK(allocations_when_warm(*source, {augment::ResizeShorterSideConfig{}, augment::RandomCropConfig{},
                                        augment::HorizontalFlipConfig{}}) == 0);
}

TEST_CASE("a warm reader asks for no memory when pictures come with their row indexes") {
  const tests::TemporaryDirectory directory;
  make_folder(directory.path());
  CHECK(index_rows(*data::open_source({}, directory.path(), data::Split::kTrain), directory / "train.rows") >= 5);
  const auto source = data::open_source({}, directory.path(), data::Split::kTrain);
  std::vector<std::byte> buffer;
  CHECK_FALSE(source->read(0, buffer).row_index.empty());
  CHECK(allocations_when_warm(*source, {augment::RandomResizedCropConfig{}, augment::HorizontalFlipConfig{}}) == 0);
}

TEST_CASE("a warm reader asks for no memory when policies change the pixels") {
  const tests::TemporaryDirectory directory;
  make_folder(directory.path());
  const auto source = data::open_source({}, directory.path(), data::Split::kTrain);
  const augment::RandomErasingConfig noise{.probability = 0.5, .fill = augment::EraseWith::kNoise};
  CHECK(allocations_when_warm(*source, {augment::RandomResizedCropConfig{}, augment::HorizontalFlipConfig{},
                                        augment::RandAugmentConfig{}, augment::RandomErasingConfig{}}) == 0);
  CHECK(allocations_when_warm(*source, {augment::RandomResizedCropConfig{}, augment::TrivialAugmentWideConfig{},
                                        augment::AutoAugmentConfig{}, noise}) == 0);
}
