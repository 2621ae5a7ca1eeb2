// Files that Python's torch wrote (tests/golden/pth_files.py), in both of its formats.
#include <bit>
#include <cmath>
#include <cstring>

#include <nlohmann/json.hpp>

#include "topfive/weights/vit_names.h"

#include "pth_bytes.h"
#include "support/catch.h"
#include "support/source_directory.h"
#include "support/temporary_directory.h"

namespace topfive::weights {
namespace {

const nlohmann::json& expected_values() {
  static const auto kValues = nlohmann::json::parse(std::ifstream(tests::golden_path("pth_values.json")));
  return kValues;
}

template <class T>
T value_at(const std::vector<std::byte>& bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

double half_to_double(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const double fraction = bits & 1023;
  const double size = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return (bits & 0x8000) != 0 ? -size : size;
}

double number_at(DType dtype, const std::vector<std::byte>& bytes, std::size_t i) {
  switch (dtype) {
    case DType::kF64:
      return value_at<double>(bytes, i);
    case DType::kF32:
      return value_at<float>(bytes, i);
    case DType::kF16:
      return half_to_double(value_at<std::uint16_t>(bytes, i));
    case DType::kBf16:
      return std::bit_cast<float>(std::uint32_t{value_at<std::uint16_t>(bytes, i)} << 16);
    case DType::kI64:
      return static_cast<double>(value_at<std::int64_t>(bytes, i));
    case DType::kI32:
      return value_at<std::int32_t>(bytes, i);
    case DType::kI16:
      return value_at<std::int16_t>(bytes, i);
    case DType::kI8:
      return value_at<std::int8_t>(bytes, i);
    default:
      return value_at<std::uint8_t>(bytes, i);
  }
}

std::string python_name(DType dtype) {
  const std::map<DType, std::string> names = {
      {DType::kF64, "float64"}, {DType::kF32, "float32"}, {DType::kF16, "float16"}, {DType::kBf16, "bfloat16"},
      {DType::kI64, "int64"},   {DType::kI32, "int32"},   {DType::kI16, "int16"},   {DType::kI8, "int8"},
      {DType::kU8, "uint8"},    {DType::kBool, "bool"}};
  return names.at(dtype);
}

}  // namespace

TEST_CASE("files of torch.save hold what Python saved, in both formats") {
  const auto name =
      GENERATE(as<std::string>(), "plain", "every_type", "views", "module", "parameters", "nested", "deit");
  const auto ending = GENERATE(as<std::string>(), ".pth", ".legacy.pth");
  INFO(name + ending);
  const auto source = open_weights(tests::golden_path(name + ending));
  const auto& expected = expected_values()[name];
  CHECK(source->outlines().size() == expected.size());
  for (std::size_t i = 0; i < source->outlines().size(); ++i) {
    const TensorOutline& outline = source->outlines()[i];
    INFO(outline.name);
    const auto& tensor = expected[outline.name];
    CHECK(python_name(outline.dtype) == tensor["dtype"].get<std::string>());
    CHECK(outline.shape == tensor["shape"].get<std::vector<std::int64_t>>());
    std::vector<std::byte> bytes(outline.bytes());
    source->read(i, bytes);
    std::vector<double> values;
    for (std::size_t j = 0; j < tensor["values"].size(); ++j) values.push_back(number_at(outline.dtype, bytes, j));
    CHECK(values == tensor["values"].get<std::vector<double>>());
  }
}

TEST_CASE("what was found in a file is said in words") {
  const auto [name, words] = GENERATE(table<std::string, std::string>({
      {"plain.pth", "PyTorch zip, state dict"},
      {"plain.legacy.pth", "PyTorch legacy, state dict"},
      {"nested.pth", R"(PyTorch zip, state dict under "state_dict", prefix "module." removed)"},
      {"deit.legacy.pth", R"(PyTorch legacy, state dict under "model" ("model_ema" is there too))"},
      {"python_written.safetensors", "safetensors"},
  }));
  CHECK(open_weights(tests::golden_path(name))->description() == words);
}

TEST_CASE("files that are not weights are refused with what they seem to be") {
  const auto [start, words] = GENERATE(table<std::string, std::string>({
      {"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"},
      {"<!DOCTYPE html><html>", "a web page"},
      {"\x89HDF\r\n\x1a\n", "HDF5"},
      {"GGUF\x03", "GGUF"},
      {"\x1f\x8b\x08", "gzip"},
      {"hello, world", "neither safetensors nor"},
      {"", "neither safetensors nor"},
  }));
  const tests::TemporaryDirectory directory;
  write_file(directory / "x.bin", start);
  CHECK_THAT(refusal_of_file(directory / "x.bin"), ContainsSubstring("x.bin: ") && ContainsSubstring(words));
}

TEST_CASE("a file that is not there is missing input") {
  try {
    open_weights("/nowhere/weights.pth");
    FAIL("no error");
  } catch (const base::UserError& error) {
    CHECK(error.code() == base::ExitCode::kInputMissing);
  }
}

TEST_CASE("the names of timm and DeiT go to torchvision's and back") {
  const auto [timm, torchvision] = GENERATE(table<std::string, std::string>({
      {"cls_token", "class_token"},
      {"pos_embed", "encoder.pos_embedding"},
      {"patch_embed.proj.weight", "conv_proj.weight"},
      {"blocks.0.norm1.weight", "encoder.layers.encoder_layer_0.ln_1.weight"},
      {"blocks.11.attn.qkv.weight", "encoder.layers.encoder_layer_11.self_attention.in_proj_weight"},
      {"blocks.11.attn.qkv.bias", "encoder.layers.encoder_layer_11.self_attention.in_proj_bias"},
      {"blocks.3.attn.proj.bias", "encoder.layers.encoder_layer_3.self_attention.out_proj.bias"},
      {"blocks.3.norm2.bias", "encoder.layers.encoder_layer_3.ln_2.bias"},
      {"blocks.3.mlp.fc1.weight", "encoder.layers.encoder_layer_3.mlp.0.weight"},
      {"blocks.3.mlp.fc2.bias", "encoder.layers.encoder_layer_3.mlp.3.bias"},
      {"norm.weight", "encoder.ln.weight"},
      {"head.bias", "heads.head.bias"},
  }));
  CHECK(torchvision_vit_name(timm) == torchvision);
  CHECK(timm_vit_name(torchvision) == timm);
  CHECK(torchvision_vit_name(torchvision) == torchvision);
}

TEST_CASE("torchvision's former names of the perceptron become today's") {
  CHECK(current_vit_name("encoder.layers.encoder_layer_7.mlp.linear_1.weight") ==
        "encoder.layers.encoder_layer_7.mlp.0.weight");
  CHECK(current_vit_name("encoder.layers.encoder_layer_7.mlp.linear_2.bias") ==
        "encoder.layers.encoder_layer_7.mlp.3.bias");
  CHECK(current_vit_name("mlp.linear_1.weight") == "mlp.linear_1.weight");
}

}  // namespace topfive::weights
