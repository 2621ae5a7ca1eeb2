#include "topfive/engine/device_batch.h"

#include <vector>

#include "support/catch.h"

using topfive::engine::DeviceBatchMaker;

namespace {

// Random bytes in plain memory, with the batch that describes them.
struct OwnedBatch {
  OwnedBatch(int size, int height, int width, int channels)
      : pixels(static_cast<std::size_t>(size) * height * width * channels), labels(size), shift(size * 3U) {
    torch::manual_seed(3);
    const auto random = torch::randint(256, {static_cast<std::int64_t>(pixels.size())}, torch::kUInt8);
    std::copy_n(random.data_ptr<std::uint8_t>(), pixels.size(), pixels.begin());
    for (std::size_t i = 0; i < shift.size(); ++i) shift[i] = 0.01F * static_cast<float>(i % 7) - 0.03F;
    batch = {0, size, height, width, channels, pixels.data(), labels.data(), nullptr, shift.data()};
  }
  std::vector<std::uint8_t> pixels;
  std::vector<std::int64_t> labels;
  std::vector<float> shift;
  topfive::data::Batch batch;
};

}  // namespace

TEST_CASE("pixels are scaled, shifted and normalised per channel", "[engine]") {
  const int channels = GENERATE(1, 3);
  const int width = GENERATE(1, 5, 16, 33);
  OwnedBatch owned(4, 7, width, channels);
  const std::vector<double> mean = channels == 3 ? std::vector<double>{0.485, 0.456, 0.406} : std::vector<double>{0.5};
  const std::vector<double> std = channels == 3 ? std::vector<double>{0.229, 0.224, 0.225} : std::vector<double>{0.25};
  const bool channels_last = GENERATE(true, false);
  const auto images = DeviceBatchMaker(torch::kCPU, mean, std, channels_last).make(owned.batch).images;

  const auto bytes = torch::from_blob(owned.pixels.data(), {4, 7, width, channels}, torch::kUInt8);
  const auto shift = torch::from_blob(owned.shift.data(), {4, 1, 1, 3}, torch::kFloat32).slice(3, 0, channels);
  const auto expected = (bytes.to(torch::kDouble) / 255 + shift - torch::tensor(mean, torch::kDouble)) /
                        torch::tensor(std, torch::kDouble);
  CHECK(images.sizes() == torch::IntArrayRef({4, channels, 7, width}));
  CHECK(torch::allclose(images.permute({0, 2, 3, 1}).to(torch::kDouble), expected, 0, 2e-6));
  CHECK(images.is_contiguous(channels_last ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous));
}

TEST_CASE("one mean and one deviation serve all channels", "[engine]") {
  OwnedBatch owned(2, 3, 3, 3);
  const auto one = DeviceBatchMaker(torch::kCPU, {0.5}, {0.2}, true).make(owned.batch).images;
  const auto three = DeviceBatchMaker(torch::kCPU, {0.5, 0.5, 0.5}, {0.2, 0.2, 0.2}, true).make(owned.batch).images;
  CHECK(torch::equal(one, three));
}

TEST_CASE("the tensors of a batch do not change when the loader fills its buffer again", "[engine]") {
  OwnedBatch owned(2, 3, 3, 3);
  const auto made = DeviceBatchMaker(torch::kCPU, {0.5}, {0.2}, true).make(owned.batch);
  const auto images = made.images.clone();
  std::fill(owned.pixels.begin(), owned.pixels.end(), std::uint8_t{0});
  std::fill(owned.labels.begin(), owned.labels.end(), std::int64_t{9});
  CHECK(torch::equal(made.images, images));
  CHECK(made.labels.eq(0).all().item<bool>());
}

TEST_CASE("the pixel allocator gives memory for a ring buffer", "[engine]") {
  const auto memory = topfive::engine::pixel_allocator(torch::kCPU)(1000);
  REQUIRE(memory != nullptr);
  memory.get()[999] = 7;
  CHECK(reinterpret_cast<std::uintptr_t>(memory.get()) % 64 == 0);
}
