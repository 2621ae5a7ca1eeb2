#include "topfive/base/text.h"

#include "support/catch.h"

using namespace topfive::base;

TEST_CASE("the nearest name is found across every kind of slip") {
  const std::vector<std::string> known{"type", "variant", "num_classes", "dropout"};
  using Row = std::pair<std::string, std::string>;
  const auto [wrong, expected] =
      GENERATE(Row{"dropuot", "dropout"}, Row{"dropot", "dropout"}, Row{"dropoutt", "dropout"},
               Row{"droqout", "dropout"}, Row{"num_class", "num_classes"}, Row{"tpe", "type"}, Row{"learning_rate", ""},
               Row{"", ""}, Row{"xy", ""}, Row{"typ", "type"});
  CAPTURE(wrong);
  CHECK(nearest_name(wrong, known) == expected);
}

TEST_CASE("of several names the nearest wins, and the first of equals") {
  CHECK(nearest_name("stepp", {"stop", "steps", "step"}) == "steps");
  CHECK(nearest_name("abcdef", {"abcxyf", "abcdeg"}) == "abcdeg");
  CHECK(nearest_name("abc", {}).empty());
}

TEST_CASE("the closest names are told nearest first, and equals by the alphabet") {
  const std::vector<std::string> known{"vit.json", "resnet50.json", "resnet18.json", "alexnet.json"};
  CHECK(closest_names("resnet51.json", known, 3) ==
        std::vector<std::string>{"resnet50.json", "resnet18.json", "alexnet.json"});
  CHECK(closest_names("x", {"b", "a"}, 5) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("parts are joined with a separator between them only") {
  CHECK(join({}).empty());
  CHECK(join({"a"}) == "a");
  CHECK(join({"a", "b", "c"}) == "a, b, c");
  CHECK(join({"a", "b"}, "/") == "a/b");
}

TEST_CASE("thousands are grouped by commas") {
  using Row = std::pair<long long, std::string>;
  const auto [number, expected] = GENERATE(Row{0, "0"}, Row{999, "999"}, Row{1000, "1,000"}, Row{1281167, "1,281,167"},
                                           Row{-999, "-999"}, Row{-123456, "-123,456"}, Row{-1234567, "-1,234,567"});
  CHECK(with_thousands(number) == expected);
}

TEST_CASE("numbers are written with fixed digits, or as short as they can be") {
  CHECK(decimals(0.5, 2) == "0.50");
  CHECK(decimals(2.675, 0) == "3");
  CHECK(decimals(-1e300, 1).size() == 304);
  CHECK(short_number(0.1) == "0.1");
  CHECK(short_number(1e-5) == "1e-05");
  CHECK(short_number(0.123456, 4) == "0.1235");
}

TEST_CASE("text for a message has no control characters and is cut between characters") {
  CHECK(one_line("plain") == "plain");
  CHECK(one_line("a\nb\x1b[31m") == "a?b?[31m");
  CHECK(one_line("abcdef", 3) == "abc...");
  CHECK(one_line("ab\xC3\xA4z", 3) == "ab...");
  CHECK(one_line("\xC3\xA4", 2) == "\xC3\xA4");
}
