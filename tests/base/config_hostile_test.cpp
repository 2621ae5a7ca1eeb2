#include <algorithm>

#include "topfive/base/random_stream.h"

#include "base/error_of.h"
#include "base/sample_config.h"
#include "support/catch.h"

using namespace topfive::base;
using topfive::tests::error_of;

namespace {

std::string repeat(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

std::string parse_error(const std::string& text) {
  return error_of([&] { ConfigDocument::parse(text, "x.json"); }).text;
}

// One to four bytes changed, inserted, removed or doubled.
std::string mutate(std::string text, RandomStream& random) {
  for (std::uint64_t i = 0, count = 1 + random.below(4); i < count && !text.empty(); ++i) {
    const std::size_t place = random.below(text.size());
    const auto byte = static_cast<char>(random.below(256));
    const std::size_t length = std::min<std::size_t>(random.below(40), text.size() - place);
    switch (random.below(5)) {
      case 0:
        text[place] = byte;
        break;
      case 1:
        text[place] = static_cast<char>(text[place] ^ (1 << random.below(7)));
        break;
      case 2:
        text.insert(place, 1, byte);
        break;
      case 3:
        text.erase(place, length);
        break;
      default:
        text.insert(random.below(text.size()), text.substr(place, length));
    }
  }
  return text;
}

}  // namespace

TEST_CASE("64 levels are accepted and 65 refused, however deep the text goes on") {
  const auto nested = [](int depth) { return "{\"a\":" + repeat("[", depth - 1) + repeat("]", depth - 1) + "}"; };
  CHECK(parse_error(nested(64)) == "no error");
  const std::string expected = "x.json:1:69: nested deeper than 64 levels; make it flatter";
  CHECK(parse_error(nested(65)) == expected);
  CHECK(parse_error(nested(100'000)) == expected);
  CHECK(parse_error("{\"a\":" + repeat("[", 100'000)) == expected);
  CHECK_THAT(parse_error(repeat("{\"a\":", 100'000)), ContainsSubstring("nested deeper than 64 levels"));
}

TEST_CASE("a text above one MiB is refused") {
  CHECK(parse_error("{}" + std::string(2 << 20, ' ')) ==
        "x.json: 2,097,154 bytes; a configuration has at most 1 MiB, check that it is the right file");
  CHECK(parse_error("{}" + std::string((1 << 20) - 2, ' ')) == "no error");
}

TEST_CASE("texts that would need much memory for their places are refused") {
  const std::string many = "{\"a\": [0" + repeat(",0", 400'000) + "]}";
  CHECK_THAT(parse_error(many), ContainsSubstring("more than 20,000 values"));
  const std::string long_key = "{\"" + std::string(500'000, 'k') + "\": [0]}";
  CHECK(parse_error(long_key) == "x.json:1:2: the path to this key is longer than 1,024 characters; shorten the keys");
}

TEST_CASE("a text from a file cannot break the line of a message") {
  const std::string text = GENERATE("{\"a\\nb\": 1}", "{\"model\": {\"type\": \"x\\n\\u001b[31m\"}}",
                                    "{\"model\": {\"type\": \"alexnet\", \"\\r\": 1}}");
  const auto error = error_of([&] { topfive::tests::parse_run(text); });
  CHECK(error.code == ExitCode::kConfig);
  CHECK(
      std::none_of(error.text.begin(), error.text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
}

TEST_CASE("a damaged configuration is accepted or refused, and nothing else happens") {
  RandomStream random(2012, 0, 0);
  int refused = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = mutate(topfive::tests::kValidRun, random);
    CAPTURE(i, text);
    const auto error = error_of([&] { topfive::tests::parse_run(text); });
    if (error.code == ExitCode::kOk) continue;
    ++refused;
    CHECK(error.code == ExitCode::kConfig);
    CHECK_THAT(error.text, StartsWith("x.json:"));
    CHECK(error.text.find('\n') == std::string::npos);
  }
  // Most of the changes matter, and some do not: both ways were taken.
  CHECK(refused > 500);
  CHECK(refused < 1000);
}
