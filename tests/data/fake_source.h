// A source in memory whose pictures tell which sample they are, some of them bad on demand; and digests of what a
// loader delivers.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "topfive/augment/pipeline.h"
#include "topfive/base/sha256.h"
#include "topfive/data/batch_loader.h"
#include "topfive/data/sample_source.h"

namespace topfive::tests {

// Grey pictures of 6 x 5 pixels; pixel k of sample i has the value (7 i + k) mod 256; label i mod 3.
class FakeSource : public data::SampleSource {
 public:
  static constexpr int kHeight = 6;
  static constexpr int kWidth = 5;

  explicit FakeSource(std::int64_t size, std::set<std::int64_t> bad = {}) : size_(size), bad_(std::move(bad)) {}

  std::int64_t size() const override { return size_; }
  int label(std::int64_t index) const override { return static_cast<int>(index % 3); }
  std::string name(std::int64_t index) const override { return "fake/" + std::to_string(index); }
  const std::vector<std::string>& class_names() const override { return class_names_; }
  std::optional<std::pair<int, int>> fixed_height_width() const override { return std::pair(kHeight, kWidth); }
  std::string fingerprint() const override { return "fake"; }
  data::RawSample read(std::int64_t index, std::vector<std::byte>& buffer) const override {
    ++reads;
    if (on_read) on_read(index);
    if (bad_.count(index) > 0) throw data::SampleError("made to be bad");
    buffer.resize(kHeight * kWidth);
    for (std::size_t k = 0; k < buffer.size(); ++k) {
      buffer[k] = static_cast<std::byte>((7 * index + static_cast<std::int64_t>(k)) % 256);
    }
    data::RawSample sample;
    sample.encoded = false;
    sample.bytes = buffer;
    sample.height = kHeight;
    sample.width = kWidth;
    sample.channels = 1;
    return sample;
  }

  std::function<void(std::int64_t)> on_read;  // called by loader threads; set before the loader is made
  mutable std::atomic<std::int64_t> reads = 0;

 private:
  std::int64_t size_;
  std::set<std::int64_t> bad_;
  std::vector<std::string> class_names_ = {"zero", "one", "two"};
};

// Random crop and flip, so that a wrong random stream shows in the pixels.
inline augment::Pipeline random_pipeline(int channels = 1) {
  augment::RandomCropConfig crop;
  crop.size = 3;
  return {{crop, augment::HorizontalFlipConfig{}}, "test", channels, cv::Size(FakeSource::kWidth, FakeSource::kHeight)};
}

inline std::string digest_of(const data::Batch& batch) {
  const auto samples = static_cast<std::size_t>(batch.size);
  const auto image_bytes = static_cast<std::size_t>(batch.height) * static_cast<std::size_t>(batch.width) *
                           static_cast<std::size_t>(batch.channels);
  base::Sha256 hash;
  hash.update(std::to_string(batch.index) + " " + std::to_string(batch.size));
  hash.update(std::as_bytes(std::span(batch.images, samples * image_bytes)));
  hash.update(std::as_bytes(std::span(batch.labels, samples)));
  hash.update(std::as_bytes(std::span(batch.sample_ids, samples)));
  hash.update(std::as_bytes(std::span(batch.colour_shift, 3 * samples)));
  return hash.finish();
}

// Runs an epoch; one digest a batch.
inline std::vector<std::string> digests(data::BatchLoader& loader, const data::EpochPlan& plan) {
  std::vector<std::string> list;
  loader.start(plan);
  while (auto lease = loader.next()) list.push_back(digest_of(*lease));
  return list;
}

// Runs an epoch; the ids of each batch.
inline std::vector<std::vector<std::int64_t>> id_batches(data::BatchLoader& loader, const data::EpochPlan& plan) {
  std::vector<std::vector<std::int64_t>> list;
  loader.start(plan);
  while (auto lease = loader.next()) {
    list.emplace_back(lease->sample_ids, lease->sample_ids + lease->size);
  }
  return list;
}

inline std::vector<std::int64_t> ids(data::BatchLoader& loader, const data::EpochPlan& plan) {
  std::vector<std::int64_t> list;
  for (const auto& batch : id_batches(loader, plan)) list.insert(list.end(), batch.begin(), batch.end());
  return list;
}

inline data::EpochPlan shuffled(std::int64_t epoch = 0) {
  data::EpochPlan plan;
  plan.shuffle = true;
  plan.epoch = epoch;
  return plan;
}

inline data::LoaderOptions grey_options(int batch_size, int threads = 2, int ring_batches = 3) {
  data::LoaderOptions options;
  options.batch_size = batch_size;
  options.threads = threads;
  options.ring_batches = ring_batches;
  options.reader.channels = 1;
  options.reader.seed = 11;
  return options;
}

}  // namespace topfive::tests
