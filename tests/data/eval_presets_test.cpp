// The pictures that an evaluation feeds to the network against torchvision's own pipeline, from the file's bytes on.
#include <vector>

#include "topfive/base/sha256.h"
#include "topfive/data/sample_reader.h"

#include "data/fake_source.h"
#include "image/golden_file.h"
#include "support/catch.h"

using namespace topfive;

namespace {

// One picture, as the file it came in.
class OneFile : public tests::FakeSource {
 public:
  explicit OneFile(std::vector<std::byte> file) : FakeSource(1), file_(std::move(file)) {}
  std::optional<std::pair<int, int>> fixed_height_width() const override { return std::nullopt; }
  data::RawSample read(std::int64_t /*index*/, std::vector<std::byte>& /*buffer*/) const override {
    data::RawSample sample;
    sample.bytes = file_;
    return sample;
  }

 private:
  std::vector<std::byte> file_;
};

augment::Pipeline pipeline_of(const nlohmann::json& preset) {
  augment::ResizeShorterSideConfig resize;
  resize.size = preset["resize"];
  resize.filter = preset["filter"] == "pil_bicubic" ? image::Filter::kPilBicubic : image::Filter::kPilBilinear;
  augment::CenterCropConfig crop;
  crop.size = preset["crop"];
  return {{resize, crop}, "augment.eval", 3, std::nullopt};
}

std::string hash_of_slot(const data::SampleSource& source, const augment::Pipeline& pipeline) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(pipeline.output_size().area()) * 3);
  std::int64_t label = 0;
  std::int64_t sample_id = 0;
  std::vector<float> colour_shift(3);
  data::SampleReader reader(source, pipeline, {});
  reader.read(0, 0, {pixels.data(), &label, &sample_id, colour_shift.data()});
  base::Sha256 hash;
  hash.update(std::as_bytes(std::span(pixels)));
  return hash.finish();
}

}  // namespace

TEST_CASE("every preset of torchvision's weights gives torchvision's pixels, bit for bit") {
  const auto golden = topfive::test::read_golden("eval_presets");
  REQUIRE(golden["presets"].size() == 7);
  REQUIRE(golden["cases"].size() == 12);
  for (const auto& expected : golden["cases"]) {
    const OneFile source(topfive::test::bytes_from_hex(expected["file"]));
    for (std::size_t i = 0; i < golden["presets"].size(); ++i) {
      CAPTURE(expected["name"], golden["presets"][i].dump());
      CHECK(hash_of_slot(source, pipeline_of(golden["presets"][i])) == expected["sha256"][i]);
    }
  }
}
