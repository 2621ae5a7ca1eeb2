// The order of samples, their random streams and their batches do not depend on where the pictures lie.
#include "topfive/data/open_source.h"

#include "data/fake_source.h"
#include "data/storage_fixture.h"
#include "data/test_files.h"

using namespace topfive;
using data::DataKind;
using data::Split;
using tests::TemporaryDirectory;

namespace {

// The same pictures in five kinds of storage, opened by recognising what is there.
class AllStorages {
 public:
  AllStorages() {
    tests::store_as_folders(directory_ / "folders");
    tests::store_as_ilsvrc2012(directory_ / "ilsvrc2012");
    tests::store_as_shards(directory_ / "shards");
    tests::store_as_shards(directory_ / "indexed");
    for (const char* split : {"train", "val"}) {
      data::write_sample_index(data::index_beside(directory_ / "indexed", split),
                               tests::index_of_shards(directory_ / "indexed", split));
    }
  }
  std::unique_ptr<data::SampleSource> open(const std::string& storage, Split split) const {
    data::DataConfig config;
    config.type = DataKind::kAuto;
    return data::open_source(config, directory_ / storage, split);
  }

 private:
  TemporaryDirectory directory_;
};

augment::Pipeline crops() {
  augment::RandomResizedCropConfig crop;
  crop.size = 24;
  return {{crop, augment::HorizontalFlipConfig{}}, "augment.train", 3, std::nullopt};
}

data::LoaderOptions options_of(int threads) {
  data::LoaderOptions options;
  options.batch_size = 4;
  options.threads = threads;
  options.ring_batches = 3;
  options.reader.seed = 5;
  options.read_ahead_bytes = 4096;
  return options;
}

std::vector<std::string> epoch(const data::SampleSource& source, int threads, std::int64_t first_batch = 0) {
  const auto pipeline = crops();
  data::BatchLoader loader(source, pipeline, options_of(threads));
  data::EpochPlan plan;
  plan.epoch = 2;
  plan.shuffle = true;
  plan.first_batch = first_batch;
  return tests::digests(loader, plan);
}

}  // namespace

TEST_CASE("folders, archives and shards of the same pictures have the same samples, names and fingerprint") {
  const AllStorages storages;
  for (const Split split : {Split::kTrain, Split::kEval}) {
    const auto folders = storages.open("folders", split);
    const std::string storage = GENERATE("ilsvrc2012", "indexed", "shards");
    INFO(storage);
    const auto other = storages.open(storage, split);
    REQUIRE(other->size() == folders->size());
    CHECK(other->class_names() == folders->class_names());
    const bool knows_names = storage != "shards";  // without an index, the files are called .jpg
    CHECK((other->fingerprint() == folders->fingerprint()) == knows_names);
    std::vector<std::byte> buffer;
    std::vector<std::byte> other_buffer;
    for (std::int64_t i = 0; i < folders->size(); ++i) {
      CHECK(other->label(i) == folders->label(i));
      if (knows_names) CHECK(other->name(i) == folders->name(i));
      const auto a = folders->read(i, buffer);
      const auto b = other->read(i, other_buffer);
      CHECK(std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin(), b.bytes.end()));
      CHECK((a.slack == data::kDecoderSlack && b.slack == data::kDecoderSlack));
      CHECK(*(b.bytes.data() + b.bytes.size()) == std::byte{0xFF});
      CHECK(*(b.bytes.data() + b.bytes.size() + data::kDecoderSlack - 1) == std::byte{0xD9});
    }
  }
}

TEST_CASE("batches are the same, bit for bit, from folders, archives and shards, with 1, 2 and 8 threads") {
  const AllStorages storages;
  const auto expected = epoch(*storages.open("folders", Split::kTrain), 1);
  REQUIRE(expected.size() == 4);
  const std::string storage = GENERATE("folders", "ilsvrc2012", "shards", "indexed");
  const int threads = GENERATE(1, 2, 8);
  CHECK(epoch(*storages.open(storage, Split::kTrain), threads) == expected);
}

TEST_CASE("an epoch goes on at any batch from another kind of storage as if nothing had been") {
  const AllStorages storages;
  const auto expected = epoch(*storages.open("folders", Split::kTrain), 2);
  const std::string storage = GENERATE("ilsvrc2012", "shards", "indexed");
  const auto source = storages.open(storage, Split::kTrain);
  for (std::size_t first = 0; first <= expected.size(); ++first) {
    const auto rest = epoch(*source, 2, static_cast<std::int64_t>(first));
    CHECK(rest == std::vector<std::string>(expected.begin() + static_cast<std::ptrdiff_t>(first), expected.end()));
  }
}

TEST_CASE("a limit takes the same samples from archives as from folders, and passes requests on") {
  const AllStorages storages;
  data::DataConfig config;
  config.type = DataKind::kAuto;
  config.train_limit = 7;
  const auto whole = storages.open("indexed", Split::kTrain);
  CHECK(whole->archives().size() == 3);
  CHECK(whole->encoded_bytes(0) > 100);
  CHECK_NOTHROW(whole->will_need(0));
  CHECK(storages.open("folders", Split::kTrain)->archives().empty());
  CHECK_NOTHROW(storages.open("folders", Split::kTrain)->will_need(3));
}
