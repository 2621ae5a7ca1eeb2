// Internal to the loader: another source, whose reads are told to the read-ahead.
#pragma once

#include <chrono>

#include "topfive/data/read_ahead.h"
#include "topfive/data/sample_source.h"

namespace topfive::data {

// Borrows both.
class MeasuredSource final : public SampleSource {
 public:
  MeasuredSource(const SampleSource& inner, ReadAhead& read_ahead) : inner_(inner), read_ahead_(read_ahead) {}

  std::int64_t size() const override { return inner_.size(); }
  int label(std::int64_t index) const override { return inner_.label(index); }
  std::string name(std::int64_t index) const override { return inner_.name(index); }
  RawSample read(std::int64_t index, std::vector<std::byte>& buffer) const override {
    const auto begin = std::chrono::steady_clock::now();
    const RawSample sample = inner_.read(index, buffer);
    read_ahead_.add_read(index, static_cast<std::int64_t>(sample.bytes.size()),
                         std::chrono::steady_clock::now() - begin);
    return sample;
  }
  void will_need(std::int64_t index) const override { inner_.will_need(index); }
  std::int64_t encoded_bytes(std::int64_t index) const override { return inner_.encoded_bytes(index); }
  const std::vector<std::string>& class_names() const override { return inner_.class_names(); }
  std::optional<std::pair<int, int>> fixed_height_width() const override { return inner_.fixed_height_width(); }
  std::vector<std::shared_ptr<RecordFile>> archives() const override { return inner_.archives(); }
  std::string fingerprint() const override { return inner_.fingerprint(); }

 private:
  const SampleSource& inner_;
  ReadAhead& read_ahead_;
};

}  // namespace topfive::data
