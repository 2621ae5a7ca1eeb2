#include "topfive/dataset/class_names.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <set>

#include "topfive/base/text.h"
#include "topfive/data/printable.h"

namespace topfive::dataset {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

struct NumberedName {
  std::string prefix;
  std::string digits;  // without leading zeros
};

std::optional<NumberedName> split_number(const std::string& name) {
  std::size_t start = name.size();
  while (start > 0 && is_digit(name[start - 1])) --start;
  if (start == name.size()) return std::nullopt;
  const std::size_t first = std::min(name.find_first_not_of('0', start), name.size() - 1);
  return NumberedName{name.substr(0, start), name.substr(first)};
}

// All names with one prefix, or nothing.
std::optional<std::vector<NumberedName>> split_numbers(const std::vector<std::string>& names) {
  std::vector<NumberedName> numbered;
  for (const std::string& name : names) {
    auto parts = split_number(name);
    if (!parts || (!numbered.empty() && parts->prefix != numbered.front().prefix)) return std::nullopt;
    numbered.push_back(std::move(*parts));
  }
  return numbered;
}

// Any number of digits, so nothing overflows.
bool number_less(const NumberedName& a, const NumberedName& b) {
  if (a.digits.size() != b.digits.size()) return a.digits.size() < b.digits.size();
  return a.digits < b.digits;
}

void add_difference(const std::vector<std::string>& names, const std::vector<std::string>& other,
                    const std::string& split, FindingLog& log) {
  std::vector<std::string> only;
  std::set_difference(names.begin(), names.end(), other.begin(), other.end(), std::back_inserter(only));
  for (const std::string& name : only) {
    log.add(Problem::kClassSetsDiffer, {split + "/" + data::printable(name), "only in " + split});
  }
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::optional<std::string> numeric_order_problem(const std::vector<std::string>& class_names) {
  const auto numbered = split_numbers(class_names);
  if (!numbered) return std::nullopt;
  for (std::size_t i = 1; i < numbered->size(); ++i) {
    if (!number_less((*numbered)[i], (*numbered)[i - 1])) continue;
    return base::in_quotes(class_names[i - 1]) + " has label " + std::to_string(i - 1) + " and " +
           base::in_quotes(class_names[i]) + " label " + std::to_string(i);
  }
  return std::nullopt;
}

std::vector<std::string> padded_names(const std::vector<std::string>& class_names) {
  if (!numeric_order_problem(class_names)) return class_names;
  const auto numbered = *split_numbers(class_names);
  std::size_t width = 0;
  for (const NumberedName& name : numbered) width = std::max(width, name.digits.size());
  std::vector<std::string> padded;
  for (const NumberedName& name : numbered) {
    padded.push_back(name.prefix + std::string(width - name.digits.size(), '0') + name.digits);
  }
  const std::set<std::string> distinct(padded.begin(), padded.end());
  return distinct.size() == padded.size() ? padded : class_names;
}

bool looks_like_devkit_ids(const std::vector<std::string>& class_names) {
  if (class_names.size() != 1000) return false;
  std::set<std::string> numbers;
  for (const std::string& name : class_names) {
    const auto parts = split_number(name);
    if (!parts || !parts->prefix.empty()) return false;
    numbers.insert(parts->digits);
  }
  for (int i = 1; i <= 1000; ++i) {
    if (numbers.count(std::to_string(i)) == 0) return false;
  }
  return true;
}

void check_class_names(const std::string& split, const std::vector<std::string>& class_names, FindingLog& log) {
  for (const std::string& name : class_names) {
    if (data::printable(name) != name) log.add(Problem::kClassName, {split + "/" + data::printable(name), ""});
  }
  if (const auto detail = numeric_order_problem(class_names)) log.add(Problem::kNumericOrder, {split, *detail});
  if (looks_like_devkit_ids(class_names)) log.add(Problem::kDevkitOrder, {split, ""});
}

void check_class_sets(const std::vector<std::string>& train, const std::vector<std::string>& val, FindingLog& log) {
  const auto train_names = sorted(train);
  const auto val_names = sorted(val);
  add_difference(train_names, val_names, "train", log);
  add_difference(val_names, train_names, "val", log);
}

}  // namespace topfive::dataset
