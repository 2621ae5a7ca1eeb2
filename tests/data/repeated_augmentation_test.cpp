#include <map>
#include <set>

#include "data/fake_source.h"
#include "data/test_files.h"

using namespace topfive;
using data::BatchLoader;
using data::EpochPlan;
using tests::digests;
using tests::FakeSource;
using tests::grey_options;
using tests::random_pipeline;
using tests::shuffled;

namespace {

data::LoaderOptions repeating(int repeats, int batch_size = 8, int threads = 2) {
  auto options = grey_options(batch_size, threads);
  options.repeats = repeats;
  return options;
}

}  // namespace

TEST_CASE("repeated batches are the same for any number of threads") {
  const FakeSource source(101);
  const auto pipeline = random_pipeline();
  BatchLoader reference(source, pipeline, repeating(3, 8, 1));
  const int threads = GENERATE(2, 8);
  BatchLoader loader(source, pipeline, repeating(3, 8, threads));
  for (const std::int64_t epoch : {0, 1})
    CHECK(digests(loader, shuffled(epoch)) == digests(reference, shuffled(epoch)));
}

TEST_CASE("an epoch is as long as before, with a third of the samples") {
  const FakeSource source(90);
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, repeating(3, 9));
  std::map<std::int64_t, int> counts;
  for (const std::int64_t id : tests::ids(loader, shuffled())) ++counts[id];
  CHECK(counts.size() == 30);
  for (const auto& [id, count] : counts) CHECK(count == 3);
}

TEST_CASE("the first copy looks as without repeating, the others are drawn anew") {
  const FakeSource source(40);
  const auto pipeline = random_pipeline();
  const auto pictures_of = [&](int repeats) {
    std::map<std::int64_t, std::vector<std::vector<std::uint8_t>>> pictures;
    BatchLoader loader(source, pipeline, repeating(repeats));
    loader.start(shuffled());
    while (const auto lease = loader.next()) {
      for (int s = 0; s < lease->size; ++s) {
        pictures[lease->sample_ids[s]].emplace_back(lease->images + 9 * s, lease->images + 9 * (s + 1));
      }
    }
    return pictures;
  };
  auto once = pictures_of(1);
  int all_equal = 0;
  for (const auto& [id, copies] : pictures_of(4)) {
    REQUIRE(copies.size() == 4);
    CHECK(copies[0] == once[id][0]);
    all_equal += std::set(copies.begin(), copies.end()).size() == 1 ? 1 : 0;
  }
  CHECK(all_equal == 0);  // of ten samples; a crop and a flip have 24 outcomes
}

TEST_CASE("every copy of a bad sample is replaced by a good one, and it counts once") {
  const FakeSource good(30);
  const FakeSource with_bad(30, {4, 11});
  const auto pipeline = random_pipeline();
  auto options = repeating(2, 5);
  options.bad_pictures = data::BadPictures::kReplace;
  options.max_bad = 5;
  int reported = 0;
  options.on_bad = [&](const data::BadSample&) { ++reported; };
  BatchLoader loader(with_bad, pipeline, options);
  BatchLoader reference(good, pipeline, options);
  // Without shuffling, position p holds sample p / 2, so the first half of the samples is shown.
  const auto expected = tests::ids(reference, {});
  const auto delivered = tests::ids(loader, {});
  REQUIRE(delivered.size() == 30);
  for (std::size_t i = 0; i < delivered.size(); ++i) {
    const bool bad = expected[i] == 4 || expected[i] == 11;
    CHECK(delivered[i] == expected[i] + (bad ? 1 : 0));
  }
  CHECK(reported == 2);
  CHECK(loader.bad_samples() == 2);
}
