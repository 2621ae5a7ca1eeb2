// A part of another source: as many samples as asked for, spread evenly over it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "topfive/data/sample_source.h"

namespace topfive::data {

// Sample i is sample floor(i * N / limit) of the inner source, so that sorted classes keep their
// shares. All classes stay named, whether or not a sample of them is left.
class LimitedSource final : public SampleSource {
 public:
  // 1 <= limit <= inner->size().
  LimitedSource(std::unique_ptr<SampleSource> inner, std::int64_t limit);

  std::int64_t size() const override { return limit_; }
  int label(std::int64_t index) const override { return inner_->label(inner_index(index)); }
  std::string name(std::int64_t index) const override { return inner_->name(inner_index(index)); }
  RawSample read(std::int64_t index, std::vector<std::byte>& buffer) const override {
    return inner_->read(inner_index(index), buffer);
  }
  void will_need(std::int64_t index) const override { inner_->will_need(inner_index(index)); }
  std::int64_t encoded_bytes(std::int64_t index) const override { return inner_->encoded_bytes(inner_index(index)); }
  std::vector<std::shared_ptr<RecordFile>> archives() const override { return inner_->archives(); }
  const std::vector<std::string>& class_names() const override { return inner_->class_names(); }
  std::optional<std::pair<int, int>> fixed_height_width() const override { return inner_->fixed_height_width(); }
  std::string fingerprint() const override;

 private:
  std::int64_t inner_index(std::int64_t index) const { return index * inner_->size() / limit_; }

  std::unique_ptr<SampleSource> inner_;
  std::int64_t limit_;
};

}  // namespace topfive::data
