#include "topfive/data/data_config.h"

#include "topfive/base/config_document.h"
#include "topfive/base/config_node.h"

#include "data/test_files.h"

using namespace topfive;
using data::DataConfig;

namespace {

DataConfig parse(const std::string& text) {
  const auto document = base::ConfigDocument::parse(text, "run.json");
  return DataConfig::fields().parse(base::ConfigNode(document));
}

}  // namespace

TEST_CASE("an empty data section means ImageNet in class folders with torchvision's normalisation") {
  const DataConfig config = parse("{}");
  CHECK(config.type == data::DataKind::kImageFolder);
  CHECK(config.channels == 3);
  CHECK(config.mean == std::vector<double>{0.485, 0.456, 0.406});
  CHECK(config.std == std::vector<double>{0.229, 0.224, 0.225});
  CHECK(config.ring_batches == 4);
  CHECK(config.train_limit == 0);
}

TEST_CASE("every field of the data section is read and dumped again") {
  const std::string text =
      R"({"type":"synthetic","channels":1,"mean":[0.5],"std":[0.25],)"
      R"("exif_orientation":true,"decode":"libjpeg","row_index":"off","num_loader_threads":3,)"
      R"("ring_batches":2,"max_memory_mb":64,"read_ahead_mb":32,"repeated_augmentation":3,"train_limit":100,"eval_limit":50,)"
      R"("max_bad_fraction":0.5,"max_bad_images":7,)"
      R"("synthetic":{"train_size":10,"eval_size":5,"classes":2,"height":8,"width":9}})";
  CHECK(DataConfig::fields().dump(parse(text)).dump() == text);
}

TEST_CASE("the kinds of data set go by the names that the documentation uses") {
  const auto [name, kind] = GENERATE(table<std::string, data::DataKind>({
      {"image_folder", data::DataKind::kImageFolder},
      {"idx", data::DataKind::kIdx},
      {"cifar_binary", data::DataKind::kCifarBinary},
      {"synthetic", data::DataKind::kSynthetic},
  }));
  CHECK(parse(R"({"type":")" + name + R"("})").type == kind);
}

TEST_CASE("data sections that contradict themselves are refused with the reason") {
  const auto [text, reason] = GENERATE(table<std::string, std::string>({
      {R"({"channels":1})", "mean has 3 values, but channels is 1: give 1 value"},
      {R"({"mean":[0.5,0.5]})", "mean has 2 values, but channels is 3: give 1 value or 3"},
      {R"({"std":[]})", "std has 0 values, but channels is 3: give 1 value or 3"},
      {R"({"std":[0.2,0.0,0.2]})", "std must be above 0: pixels are divided by it"},
      {R"({"channels":2,"mean":[0.5],"std":[0.5]})", "channels is 2; allowed: 1 (grey) or 3 (RGB)"},
  }));
  CHECK_THAT(tests::user_error([&text = text] { parse(text); }), StartsWith("78 run.json:1:1: "));
  CHECK_THAT(tests::user_error([&text = text] { parse(text); }), ContainsSubstring(reason));
}

TEST_CASE("values outside their range are refused") {
  const std::string text = GENERATE(R"({"ring_batches":1})", R"({"ring_batches":65})", R"({"num_loader_threads":-1})",
                                    R"({"train_limit":-1})", R"({"max_bad_fraction":1.5})", R"({"mean":[1.5]})",
                                    R"({"max_memory_mb":0})", R"({"synthetic":{"classes":0}})", R"({"type":"lmdb"})");
  CHECK_THAT(tests::user_error([&] { parse(text); }), StartsWith("78 run.json:1:"));
}
