#include "topfive/data/read_ahead.h"

#include <mutex>

#include "data/fake_source.h"
#include "support/catch.h"

using namespace topfive;
using data::EpochOrder;
using data::EpochPlan;
using data::ReadAhead;

namespace {

// Encoded pictures of known or unknown size that notes what it is asked to fetch.
class NotingSource : public tests::FakeSource {
 public:
  NotingSource(std::int64_t size, std::int64_t bytes) : FakeSource(size), bytes_(bytes) {}
  std::optional<std::pair<int, int>> fixed_height_width() const override { return std::nullopt; }
  std::int64_t encoded_bytes(std::int64_t) const override { return bytes_; }
  void will_need(std::int64_t index) const override {
    const std::scoped_lock lock(mutex_);
    asked_.push_back(index);
  }
  std::vector<std::int64_t> asked() const {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

 private:
  std::int64_t bytes_;
  mutable std::mutex mutex_;
  mutable std::vector<std::int64_t> asked_;
};

EpochOrder order_of(std::int64_t samples, std::int64_t first_batch = 0) {
  EpochPlan plan;
  plan.first_batch = first_batch;
  return {samples, 10, 1, plan};
}

}  // namespace

TEST_CASE("coming samples are asked for once each, in their order, as far as the window goes") {
  const NotingSource source(100, 1000);
  const EpochOrder order = order_of(100);
  ReadAhead ahead(source, 5000);
  ahead.begin(order);
  ahead.advance(0);
  CHECK(source.asked() == std::vector<std::int64_t>{1, 2, 3, 4, 5});
  ahead.advance(0);
  CHECK(source.asked().size() == 5);
  ahead.advance(3);
  CHECK(source.asked() == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8});
  ahead.advance(2);  // a thread that was late
  CHECK(source.asked().size() == 8);
  ahead.advance(50);
  CHECK(source.asked().back() == 55);
  CHECK(source.asked().size() == 13);
  for (std::int64_t ticket = 51; ticket < 100; ++ticket) ahead.advance(ticket);
  CHECK(source.asked().back() == 99);
  CHECK(source.asked().size() == 56);  // all but sample 63, which shows how long a read takes that was not asked for
}

TEST_CASE("an epoch that goes on in its middle asks for what comes after") {
  const NotingSource source(100, 1000);
  const EpochOrder order = order_of(100, 4);
  ReadAhead ahead(source, 2500);
  ahead.begin(order);
  ahead.advance(40);
  CHECK(source.asked() == std::vector<std::int64_t>{41, 42});
}

TEST_CASE("unknown sizes count with the mean of what was read") {
  const NotingSource source(100, 0);
  const EpochOrder order = order_of(100);
  ReadAhead ahead(source, 10'000);
  ahead.begin(order);
  ahead.advance(0);
  CHECK(source.asked().empty());  // one usual photo is larger than the window
  ahead.add_read(0, 1000, std::chrono::seconds(1));
  ahead.add_read(1, 4000, std::chrono::seconds(1));
  ahead.advance(1);
  CHECK(source.asked() == std::vector<std::int64_t>{2, 3, 4, 5});
}

TEST_CASE("pictures that come from memory are not asked for, until reading becomes slow") {
  using std::chrono::microseconds;
  const NotingSource source(10'000, 100'000);
  const EpochOrder order = order_of(10'000);
  ReadAhead ahead(source, 200'000);
  ahead.begin(order);
  for (std::int64_t i = 0; i < 500; ++i) ahead.add_read(i, 100'000, microseconds(25));
  ahead.advance(0);
  CHECK(source.asked().size() == 2);  // only 7 of these reads had not been asked for
  for (std::int64_t i = 500; i < 1100; ++i) ahead.add_read(i, 100'000, microseconds(25));
  ahead.advance(1);
  ahead.advance(2);
  CHECK(source.asked().size() == 2);
  for (std::int64_t i = 0; i < 100; ++i) ahead.add_read(i, 100'000, microseconds(i % 20 == 0 ? 900 : 25));
  ahead.advance(3);
  CHECK(source.asked().size() == 2);  // a thread that had to wait for its core now and then changes nothing
  for (std::int64_t i = 0; i < 3; ++i) ahead.add_read(i, 100'000, microseconds(900));
  ahead.advance(4);
  CHECK(source.asked() == std::vector<std::int64_t>{1, 2, 6});
}

TEST_CASE("without a window, and for pictures that are no files, nothing is asked for") {
  const NotingSource source(100, 1000);
  const EpochOrder order = order_of(100);
  ReadAhead off(source, 0);
  off.begin(order);
  off.advance(0);
  CHECK(source.asked().empty());
}

TEST_CASE("the loader asks for every sample but the first, before it is read, and delivers the same batches") {
  const NotingSource source(200, 100);
  const auto pipeline = tests::random_pipeline();
  auto options = tests::grey_options(5, 4, 3);
  data::BatchLoader plain(source, pipeline, options);
  const auto expected = tests::digests(plain, {});
  CHECK(source.asked().empty());
  options.read_ahead_bytes = 2000;
  data::BatchLoader loader(source, pipeline, options);
  CHECK(tests::digests(loader, {}) == expected);
  auto asked = source.asked();
  CHECK(asked.size() >= 150);
  CHECK(std::is_sorted(asked.begin(), asked.end()));
  CHECK(std::adjacent_find(asked.begin(), asked.end()) == asked.end());
}
