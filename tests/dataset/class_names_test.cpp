#include "topfive/dataset/class_names.h"

#include <algorithm>

#include "support/catch.h"

using namespace topfive::dataset;
using Names = std::vector<std::string>;

namespace {

Names devkit_names(int from, std::size_t width) {
  Names names;
  for (int i = from; i < from + 1000; ++i) {
    std::string number = std::to_string(i);
    if (number.size() < width) number.insert(0, width - number.size(), '0');
    names.push_back(number);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("numbers whose text order is not their own are found, with an example", "[dataset]") {
  CHECK(numeric_order_problem({"1", "10", "2"}) == "\"10\" has label 1 and \"2\" label 2");
  CHECK(numeric_order_problem({"class1", "class10", "class9"}).has_value());
  CHECK(numeric_order_problem({"1", "100000000000000000000000000", "9"}).has_value());
}

TEST_CASE("names in the right order, or that are no numbers, are let be", "[dataset]") {
  const auto names = GENERATE(Names{}, Names{"7"}, Names{"1", "2", "3"}, Names{"01", "02", "10"}, Names{"0", "00"},
                              Names{"a1", "b10", "c2"}, Names{"cat", "dog"}, Names{"1", "10", "2", "x"},
                              Names{"n01440764", "n01443537", "n01484850"});
  CHECK_FALSE(numeric_order_problem(names).has_value());
  CHECK(padded_names(names) == names);
}

TEST_CASE("padding puts the numbers into their own order", "[dataset]") {
  CHECK(padded_names({"1", "10", "2"}) == Names{"01", "10", "02"});
  CHECK(padded_names({"c0", "c1", "c100", "c20"}) == Names{"c000", "c001", "c100", "c020"});
}

TEST_CASE("names that padding would make one are not padded", "[dataset]") {
  const Names names = {"01", "1", "10", "2"};
  CHECK(padded_names(names) == names);
}

TEST_CASE("the development kit's ids are told from other numbers", "[dataset]") {
  CHECK(looks_like_devkit_ids(devkit_names(1, 0)));
  CHECK(looks_like_devkit_ids(devkit_names(1, 4)));
  CHECK_FALSE(looks_like_devkit_ids(devkit_names(0, 0)));
  CHECK_FALSE(looks_like_devkit_ids({"1", "2"}));
}
