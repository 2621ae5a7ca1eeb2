#include "data/fake_source.h"
#include "data/test_files.h"

using namespace topfive;
using data::BatchLoader;
using data::EpochPlan;
using tests::digests;
using tests::FakeSource;
using tests::grey_options;
using tests::ids;
using tests::random_pipeline;
using tests::shuffled;
using tests::user_error;

namespace {

data::LoaderOptions training_options(std::int64_t max_bad, int threads = 3) {
  auto options = grey_options(4, threads);
  options.bad_pictures = data::BadPictures::kReplace;
  options.max_bad = max_bad;
  return options;
}

// What a training epoch gives before it ends or fails.
struct Outcome {
  std::vector<std::string> batches;
  std::vector<std::string> reported;
  std::string error;
  std::int64_t bad = 0;

  bool operator==(const Outcome&) const = default;
};

Outcome run(const FakeSource& source, data::LoaderOptions options, const EpochPlan& plan) {
  Outcome outcome;
  options.on_bad = [&](const data::BadSample& bad) { outcome.reported.push_back(bad.name + ": " + bad.reason); };
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, options);
  loader.start(plan);
  try {
    while (auto lease = loader.next()) outcome.batches.push_back(tests::digest_of(*lease));
  } catch (const base::UserError& error) {
    outcome.error = std::to_string(static_cast<int>(error.code())) + " " + error.what();
  }
  outcome.bad = loader.bad_samples();
  return outcome;
}

}  // namespace

TEST_CASE("a bad picture is replaced by the next good one of the order") {
  const FakeSource source(10, {2, 5, 6, 9});
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, training_options(4));
  CHECK(ids(loader, {}) == std::vector<std::int64_t>{0, 1, 3, 3, 4, 7, 7, 7, 8, 0});
}

TEST_CASE("a replacement has the pixels, label and random stream of its own sample") {
  const FakeSource good(10);
  const FakeSource with_bad(10, {2});
  const auto pipeline = random_pipeline();
  BatchLoader loader(with_bad, pipeline, training_options(1));
  BatchLoader reference(good, pipeline, grey_options(4));
  loader.start({});
  reference.start({});
  const auto batch = loader.next();
  const auto expected = reference.next();
  CHECK(batch->labels[2] == 0);
  CHECK(std::equal(batch->images + 18, batch->images + 27, expected->images + 27));
}

TEST_CASE("bad pictures are reported once an epoch, in its order") {
  const FakeSource source(10, {2, 5, 6, 9});
  const Outcome outcome = run(source, training_options(4), {});
  CHECK(outcome.error.empty());
  CHECK(outcome.bad == 4);
  CHECK(outcome.reported == std::vector<std::string>{"fake/2: made to be bad", "fake/5: made to be bad",
                                                     "fake/6: made to be bad", "fake/9: made to be bad"});
}

TEST_CASE("each epoch counts its bad pictures anew") {
  const FakeSource source(10, {2, 5});
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, training_options(2));
  for (int epoch = 0; epoch < 3; ++epoch) {
    CHECK(digests(loader, shuffled()).size() == 3);
    CHECK(loader.bad_samples() == 2);
  }
}

TEST_CASE("more bad pictures than allowed end the epoch, naming the one too many") {
  const FakeSource source(20, {2, 5, 6, 9});
  const Outcome outcome = run(source, training_options(2), {});
  CHECK(outcome.batches.size() == 1);
  CHECK(outcome.error ==
        "65 fake/6: the picture cannot be used: made to be bad; 3 such pictures in epoch 0, where "
        "data.max_bad_images and data.max_bad_fraction allow 2; repair or remove them, or raise the limit");
}

TEST_CASE("replacements, reports and failures are the same for any number of threads") {
  std::set<std::int64_t> bad;
  for (std::int64_t i = 0; i < 200; i += 7) bad.insert(i);
  const std::int64_t max_bad = GENERATE(0, 1, 5, 20, 100);
  const FakeSource source(200, bad);
  const Outcome expected = run(source, training_options(max_bad, 1), shuffled());
  CHECK(expected.error.empty() == (max_bad == 100));
  const int threads = GENERATE(2, 4, 7);
  CHECK(run(source, training_options(max_bad, threads), shuffled()) == expected);
}

TEST_CASE("a set of bad pictures only fails after few attempts, whatever is allowed") {
  std::set<std::int64_t> bad;
  for (std::int64_t i = 0; i < 1000; ++i) bad.insert(i);
  const FakeSource source(1000, bad);
  const Outcome outcome = run(source, training_options(20, 4), {});
  CHECK(outcome.batches.empty());
  CHECK_THAT(outcome.error, StartsWith("65 fake/20: the picture cannot be used: made to be bad; 21 such"));
  CHECK(source.reads <= 4 * 21);
}

TEST_CASE("a small set without any good picture says so") {
  const FakeSource source(3, {0, 1, 2});
  CHECK(run(source, training_options(10), {}).error ==
        "65 fake/2: the picture cannot be used: made to be bad; no picture of the data set can be used");
}

TEST_CASE("the first bad picture ends an evaluation, naming it") {
  const FakeSource source(20, {6, 9});
  const Outcome outcome = run(source, grey_options(4, GENERATE(1, 2, 5)), {});
  CHECK(outcome.batches.size() == 1);
  CHECK(outcome.bad == 0);
  CHECK(outcome.error ==
        "65 fake/6: the picture cannot be used: made to be bad; evaluation counts every picture, so "
        "repair or replace it, or let eval --skip-bad leave it out and say so");
}

TEST_CASE("after a failure the error comes again until the next start") {
  const FakeSource source(8, {6});
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, grey_options(2));
  loader.start({});
  for (int i = 0; i < 3; ++i) REQUIRE(loader.next());
  for (int i = 0; i < 3; ++i) {
    CHECK_THAT(user_error([&] { loader.next(); }), ContainsSubstring("fake/6"));
  }
  loader.start({});
  CHECK(loader.next()->index == 0);
}

TEST_CASE("an exception that is no bad picture reaches the consumer as it is") {
  FakeSource source(20);
  source.on_read = [](std::int64_t index) {
    if (index == 9) throw std::out_of_range("a bug");
  };
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, training_options(5));
  loader.start({});
  CHECK(loader.next()->index == 0);
  CHECK(loader.next()->index == 1);
  CHECK_THROWS_AS(loader.next(), std::out_of_range);
}

TEST_CASE("a picture that is left out is black, has no label, and is reported with its kind") {
  const FakeSource source(10, {2, 5});
  const auto pipeline = random_pipeline();
  auto options = grey_options(4);
  options.bad_pictures = data::BadPictures::kLeaveOut;
  std::vector<std::string> reported;
  options.on_bad = [&](const data::BadSample& bad) { reported.push_back(bad.kind + " " + bad.name); };
  BatchLoader loader(source, pipeline, options);
  loader.start({});
  std::vector<std::int64_t> labels;
  while (auto lease = loader.next()) {
    labels.insert(labels.end(), lease->labels, lease->labels + lease->size);
    for (int n = 0; n < lease->size; ++n) {
      if (lease->labels[n] != data::kLeftOut) continue;
      CHECK(std::all_of(lease->images + 9 * n, lease->images + 9 * (n + 1), [](auto value) { return value == 0; }));
    }
  }
  CHECK(labels == std::vector<std::int64_t>{0, 1, -1, 0, 1, -1, 0, 1, 2, 0});
  CHECK(reported == std::vector<std::string>{"unreadable fake/2", "unreadable fake/5"});
  CHECK(loader.bad_samples() == 2);
}
