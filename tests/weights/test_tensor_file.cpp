#include <fstream>

#include <torch/torch.h>

#include "topfive/base/error.h"
#include "topfive/weights/tensor_file.h"

#include "support/catch.h"
#include "support/temporary_directory.h"

namespace topfive::weights {

TEST_CASE("tensors of every type come back equal, in order, with their metadata") {
  const tests::TemporaryDirectory directory;
  torch::manual_seed(1);
  NamedTensors tensors;
  for (const auto type : {torch::kFloat32, torch::kFloat64, torch::kFloat16, torch::kBFloat16, torch::kInt64,
                          torch::kInt32, torch::kInt16, torch::kInt8, torch::kUInt8, torch::kBool}) {
    tensors.emplace_back(c10::toString(type), (torch::randn({3, 2, 5}) * 10).to(torch::kInt8).to(type));
  }
  tensors.emplace_back("scalar", torch::scalar_tensor(2.5));
  tensors.emplace_back("empty", torch::empty({4, 0, 2}));
  save_tensors(directory / "f", tensors, {{"k", "v"}});

  const TensorFile file = load_tensors(directory / "f");
  CHECK(file.metadata == Metadata{{"k", "v"}});
  REQUIRE(file.tensors.size() == tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    CAPTURE(tensors[i].first);
    CHECK(file.tensors[i].first == tensors[i].first);
    CHECK(file.tensors[i].second.scalar_type() == tensors[i].second.scalar_type());
    CHECK(torch::equal(file.tensors[i].second, tensors[i].second));
  }
}

TEST_CASE("views, channels-last and gradient-carrying tensors are stored by value, row-major") {
  const tests::TemporaryDirectory directory;
  const auto picture = torch::arange(2 * 3 * 4 * 5).to(torch::kFloat32).view({2, 3, 4, 5});
  const auto channels_last = picture.contiguous(torch::MemoryFormat::ChannelsLast).requires_grad_();
  save_tensors(directory / "f", {{"last", channels_last}, {"view", picture.transpose(1, 3)}});
  const TensorFile file = load_tensors(directory / "f");
  CHECK(torch::equal(file.tensors[0].second, picture));
  CHECK(torch::equal(file.tensors[1].second, picture.transpose(1, 3)));
  CHECK_FALSE(file.tensors[0].second.requires_grad());
}

TEST_CASE("a file that is no safetensors file is refused by name") {
  const tests::TemporaryDirectory directory;
  std::ofstream(directory / "notes.txt") << "these are not weights";
  CHECK_THROWS_WITH(load_tensors(directory / "notes.txt"),
                    ContainsSubstring("notes.txt") && ContainsSubstring("not a valid safetensors file"));
}

TEST_CASE("a header that promises more than the file holds takes no memory for it") {
  const tests::TemporaryDirectory directory;
  const std::string json = R"({"w":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}})";
  std::string prefix(8, '\0');
  prefix[0] = static_cast<char>(json.size());
  std::ofstream(directory / "bomb") << prefix << json;
  CHECK_THROWS_AS(load_tensors(directory / "bomb"), base::UserError);
}

}  // namespace topfive::weights
