#include "topfive/data/open_source.h"

#include "topfive/data/limited_source.h"

#include "data/fake_source.h"
#include "data/test_files.h"

using namespace topfive;
using data::DataConfig;
using data::DataKind;
using data::LimitedSource;
using data::open_source;
using data::Split;
using tests::FakeSource;
using tests::TemporaryDirectory;
using tests::user_error;
using tests::write_file;

namespace {

DataConfig config_of(DataKind kind) {
  DataConfig config;
  config.type = kind;
  return config;
}

class NamedClasses : public FakeSource {
 public:
  explicit NamedClasses(std::vector<std::string> names) : FakeSource(1), names_(std::move(names)) {}
  const std::vector<std::string>& class_names() const override { return names_; }

 private:
  std::vector<std::string> names_;
};

std::string mismatch(std::vector<std::string> train, std::vector<std::string> eval) {
  return user_error([&] { data::check_same_classes(NamedClasses(train), NamedClasses(eval)); });
}

}  // namespace

TEST_CASE("a limit takes that many samples spread evenly over the set") {
  const std::int64_t size = GENERATE(1, 7, 100, 1000);
  const std::int64_t limit = GENERATE_COPY(filter([=](int n) { return n <= size; }, values({1, 3, 7, 64, 999})));
  const LimitedSource source(std::make_unique<FakeSource>(size), limit);
  REQUIRE(source.size() == limit);
  for (std::int64_t i = 0; i < limit; ++i) {
    CHECK(source.name(i) == "fake/" + std::to_string(i * size / limit));
    CHECK(source.label(i) == i * size / limit % 3);
  }
  CHECK(source.class_names().size() == 3);
  CHECK(source.fingerprint() != FakeSource(size).fingerprint());
}

TEST_CASE("limits apply to their own split, and one above the size changes nothing") {
  DataConfig config = config_of(DataKind::kSynthetic);
  config.train_limit = 100;
  config.eval_limit = 1'000'000;
  CHECK(open_source(config, "", Split::kTrain)->size() == 100);
  const auto eval = open_source(config, "", Split::kEval);
  CHECK(eval->size() == config.synthetic.eval_size);
  config.eval_limit = 0;
  CHECK(eval->fingerprint() == open_source(config, "", Split::kEval)->fingerprint());
}

TEST_CASE("class folders are opened as train and val") {
  const TemporaryDirectory directory;
  write_file(directory.path() / "train" / "a" / "1.jpg", "x");
  write_file(directory.path() / "val" / "a" / "2.jpg", "x");
  const DataConfig config = config_of(DataKind::kImageFolder);
  CHECK(open_source(config, directory.path(), Split::kTrain)->name(0) == "train/a/1.jpg");
  CHECK(open_source(config, directory.path(), Split::kEval)->name(0) == "val/a/2.jpg");
}

TEST_CASE("a missing data directory is an error with the layout that is expected") {
  const TemporaryDirectory directory;
  const auto [kind, missing, layout] = GENERATE(table<DataKind, std::string, std::string>({
      {DataKind::kImageFolder, "nowhere/val", "train/<class>/*.JPEG and val/<class>/*.JPEG"},
      {DataKind::kIdx, "nowhere", "the four IDX files (train-images-idx3-ubyte, ...)"},
      {DataKind::kCifarBinary, "nowhere", "CIFAR's binary files (data_batch_1.bin, ... or train.bin, test.bin)"},
  }));
  const DataConfig config = config_of(kind);
  CHECK(user_error([&] { open_source(config, directory.path() / "nowhere", Split::kEval); }) ==
        "66 " + (directory.path() / missing).string() + ": no such directory; --data DIR must hold " + layout);
}

TEST_CASE("a validation set under another name is not taken for val") {
  const TemporaryDirectory directory;
  write_file(directory.path() / "test" / "a" / "1.jpg", "x");
  const DataConfig config = config_of(DataKind::kImageFolder);
  CHECK_THAT(user_error([&] { open_source(config, directory.path(), Split::kEval); }),
             StartsWith("66 " + (directory.path() / "val").string() + ": no such directory"));
}

TEST_CASE("equal classes in both splits pass") {
  CHECK_NOTHROW(data::check_same_classes(NamedClasses({"a", "b"}), NamedClasses({"a", "b"})));
}

TEST_CASE("classes that one split lacks are named, three of each side") {
  CHECK(mismatch({"a", "b", "c"}, {"a", "c"}) ==
        "65 the classes of training and evaluation differ (3 and 2); only in train: b; both need the "
        "same class folders");
  CHECK(mismatch({"a", "x"}, {"a", "p", "q", "r", "s", "t"}) ==
        "65 the classes of training and evaluation differ (2 and 6); only in train: x; only in val: p, "
        "q, r and 2 more; both need the same class folders");
}
