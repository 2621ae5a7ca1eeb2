// Every rule of the format, one row each: what is accepted, and what is refused with which words.
#include <string>
#include <vector>

#include "header_text.h"
#include "support/catch.h"

namespace topfive::weights {
namespace {

std::string entry(const std::string& name, const std::string& body) { return "\"" + name + "\":{" + body + "}"; }

std::string floats(const std::string& name, int begin, int end) {
  return entry(name, "\"dtype\":\"F32\",\"shape\":[" + std::to_string((end - begin) / 4) + "],\"data_offsets\":[" +
                         std::to_string(begin) + "," + std::to_string(end) + "]");
}

}  // namespace

TEST_CASE("a header with two tensors and metadata is read in its own order") {
  const auto header =
      parse_text(R"({"__metadata__":{"a":"1","b":""},"w":{"dtype":"BF16","shape":[2,3],"data_offsets":[8,20]},)"
                 R"("s":{"data_offsets":[0,8],"shape":[],"dtype":"I64"}}   )",
                 20);
  REQUIRE(header.tensors.size() == 2);
  CHECK(header.tensors[0].name == "w");
  CHECK(header.tensors[0].dtype == DType::kBf16);
  CHECK(header.tensors[0].shape == std::vector<std::int64_t>{2, 3});
  CHECK(header.tensors[0].begin == 8);
  CHECK(header.tensors[0].end == 20);
  CHECK(header.tensors[1].shape.empty());
  CHECK(header.metadata == Metadata{{"a", "1"}, {"b", ""}});
}

TEST_CASE("the data starts right behind the header") {
  CHECK(parse_text("{}", 0).data_start == 10);
  CHECK(parse_text("{}      ", 0).data_start == 16);
}

TEST_CASE("files without tensors or with empty tensors are valid") {
  CHECK(parse_text("{}", 0).tensors.empty());
  CHECK(parse_text("{\"__metadata__\":{}}", 0).tensors.empty());
  const auto header = parse_text("{" + floats("a", 0, 0) + "," + floats("b", 0, 4) + "," + floats("c", 4, 4) + "}", 4);
  CHECK(header.tensors.size() == 3);
}

TEST_CASE("a header that breaks a rule is refused and the rule is named") {
  const auto [json, data_bytes, words] = GENERATE(table<std::string, std::uint64_t, std::string>({
      {"", 0, "does not start with a brace"},
      {" {}", 0, "does not start with a brace"},
      {"\xef\xbb\xbf{}", 0, "does not start with a brace"},
      {"[]", 0, "does not start with a brace"},
      {"{", 0, "not valid JSON"},
      {"{}}", 0, "not valid JSON"},
      {"{} x", 0, "not valid JSON"},
      {"{}{}", 0, "not valid JSON"},
      {"{\"a\":", 0, "not valid JSON"},
      {"{\"\xff\":{}}", 0, "not valid JSON"},
      {"{\"a\":1}", 0, "tensor \"a\""},
      {"{\"a\":[1]}", 0, "tensor \"a\""},
      {"{\"a\":null}", 0, "tensor \"a\""},
      {"{\"a\":{}}", 0, "must all be there"},
      {"{\"\":{}}", 0, "without a name"},
      {"{" + floats("a", 0, 4) + "," + floats("a", 4, 8) + "}", 8, "stands twice"},
      {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, "stands twice"},
      {"{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "stands twice"},
      {"{\"__metadata__\":{\"k\":1}}", 0, "map text to text"},
      {"{\"__metadata__\":{\"k\":{}}}", 0, "map text to text"},
      {"{\"__metadata__\":[]}", 0, "map text to text"},
      {"{\"__metadata__\":null}", 0, "map text to text"},
  }));
  CAPTURE(json);
  CHECK_THAT(refusal(json, data_bytes), ContainsSubstring(words) && StartsWith("weights.safetensors: "));
}

TEST_CASE("a tensor entry that breaks a rule is refused and the rule is named") {
  const auto [body, data_bytes, words] = GENERATE(table<std::string, std::uint64_t, std::string>({
      {R"("dtype":"F32","shape":[1])", 4, "must all be there"},
      {R"("dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4])", 4, "stands twice"},
      {R"("dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4])", 4, "stands twice"},
      {R"("dtype":"F31","shape":[1],"data_offsets":[0,4])", 4, "unknown dtype \"F31\""},
      {R"("dtype":4,"shape":[1],"data_offsets":[0,4])", 4, "a number in a place"},
      {R"("dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1)", 4, "unknown key \"extra\""},
      {R"("dtype":"F32","shape":[1.0],"data_offsets":[0,4])", 4, "not whole"},
      {R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])", 4, "negative"},
      {R"("dtype":"F32","shape":["1"],"data_offsets":[0,4])", 4, "text in a place"},
      {R"("dtype":"F32","shape":[[1]],"data_offsets":[0,4])", 4, "an array in a place"},
      {R"("dtype":"F32","shape":{},"data_offsets":[0,4])", 4, "an object in a place"},
      {R"("dtype":"F32","shape":true,"data_offsets":[0,4])", 4, "a boolean in a place"},
      {R"("dtype":"F32","shape":1,"data_offsets":[0,4])", 4, "a number in a place"},
      {R"("dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4])", 4, "16 dim"},
      {R"("dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4])", 4, "too large"},
      {R"("dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4])", 4, "too large"},
      {R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4])", 4, "overflows"},
      {R"("dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0])", 0, "overflows"},
      {R"("dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0])", 0, "overflows"},
      {R"("dtype":"F32","shape":[1],"data_offsets":[0])", 4, "two numbers"},
      {R"("dtype":"F32","shape":[1],"data_offsets":[0,4,4])", 4, "third offset"},
      {R"("dtype":"F32","shape":[1],"data_offsets":[4,0])", 4, "do not span"},
      {R"("dtype":"F32","shape":[2],"data_offsets":[0,4])", 4, "do not span the 8 bytes"},
      {R"("dtype":"F32","shape":[1],"data_offsets":[-4,0])", 4, "negative"},
      {R"("dtype":"F32","shape":[1],"data_offsets":[4,8])", 8, "hole or overlap"},
      {R"("dtype":"F32","shape":[1],"data_offsets":[0,4])", 3, "the file holds 3"},
      {R"("dtype":"F32","shape":[1],"data_offsets":[0,4])", 5, "the file holds 5"},
  }));
  CAPTURE(body);
  CHECK_THAT(refusal("{" + entry("a", body) + "}", data_bytes), ContainsSubstring(words));
}

TEST_CASE("ranges with a hole or an overlap are refused in any order of the entries") {
  const std::string hole = floats("a", 0, 4) + "," + floats("b", 8, 12);
  const std::string overlap = floats("a", 0, 8) + "," + floats("b", 4, 12);
  const std::string same = floats("a", 0, 4) + "," + floats("b", 0, 4);
  CHECK_THAT(refusal("{" + hole + "}", 12), ContainsSubstring("hole or overlap"));
  CHECK_THAT(refusal("{" + overlap + "}", 12), ContainsSubstring("hole or overlap"));
  CHECK_THAT(refusal("{" + same + "}", 4), ContainsSubstring("hole or overlap"));
  CHECK(refusal("{" + floats("b", 4, 8) + "," + floats("a", 0, 4) + "}", 8).empty());
}

TEST_CASE("names and the number of tensors are limited") {
  CHECK(refusal("{" + floats(std::string(512, 'n'), 0, 4) + "}", 4).empty());
  CHECK_THAT(refusal("{" + floats(std::string(513, 'n'), 0, 4) + "}", 4), ContainsSubstring("512 bytes"));
  std::string many = "{";
  for (std::size_t i = 0; i < kMaxTensors; ++i) many += floats(std::to_string(i), 0, 0) + ",";
  std::string fits = many;
  fits.back() = '}';
  CHECK(refusal(fits, 0).empty());
  CHECK_THAT(refusal(many + floats("last", 0, 0) + "}", 0), ContainsSubstring("100,000"));
}

TEST_CASE("deep nesting is refused at the first level that the format does not know") {
  const std::string deep = "{\"a\":" + std::string(1'000'000, '[');
  CHECK_THAT(refusal(deep, 0), ContainsSubstring("an array"));
}

TEST_CASE("the announced header length is checked against the limits and the file") {
  const auto [length, file_length, words] = GENERATE(table<std::uint64_t, std::uint64_t, std::string>({
      {kMaxHeaderBytes + 1, kMaxHeaderBytes + 100, "at most 16 MiB"},
      {~std::uint64_t{0}, 100, "at most 16 MiB"},
      {93, 100, "longer than the file"},
      {0, 7, "shorter than 8"},
  }));
  std::string prefix(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) prefix[i] = static_cast<char>(length >> (8 * i));
  CHECK_THROWS_WITH(parse_header_length(std::as_bytes(std::span(prefix)), file_length, "f"), ContainsSubstring(words));
}

TEST_CASE("an accepted header length is returned") {
  const std::string prefix("\x5c\0\0\0\0\0\0\0", 8);
  CHECK(parse_header_length(std::as_bytes(std::span(prefix)), 100, "f") == 92);
}

TEST_CASE("names in messages are quoted, shortened and free of control characters") {
  CHECK(shown_name("conv1.weight") == "\"conv1.weight\"");
  CHECK(shown_name("a\n\x1b[2J") == "\"a\\x0a\\x1b[2J\"");
  CHECK(shown_name(std::string(500, 'n')).size() < 90);
}

}  // namespace topfive::weights
