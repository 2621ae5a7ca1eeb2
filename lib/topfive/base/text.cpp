#include "topfive/base/text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

namespace topfive::base {
namespace {

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each once
// per place.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + substitution});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool continues_utf8(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

}  // namespace

std::string nearest_name(std::string_view wrong, const std::vector<std::string>& known) {
  std::string nearest;
  std::size_t smallest = std::max<std::size_t>(1, wrong.size() / 3) + 1;
  for (const std::string& name : known) {
    const std::size_t gap = std::max(name.size(), wrong.size()) - std::min(name.size(), wrong.size());
    if (gap >= smallest) continue;
    const std::size_t distance = edit_distance(wrong, name);
    if (distance >= smallest) continue;
    smallest = distance;
    nearest = name;
  }
  return nearest;
}

std::vector<std::string> closest_names(std::string_view wrong, std::vector<std::string> known, std::size_t count) {
  std::sort(known.begin(), known.end());
  std::stable_sort(known.begin(), known.end(), [&](const std::string& a, const std::string& b) {
    return edit_distance(wrong, a) < edit_distance(wrong, b);
  });
  known.resize(std::min(count, known.size()));
  return known;
}

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(wrong, known);
  return nearest.empty() ? "" : "; did you mean " + in_quotes(nearest) + "?";
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += separator;
    text += parts[i];
  }
  return text;
}

std::string with_thousands(long long number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool starts_group = (digits.size() - i) % 3 == 0;
    if (starts_group && !text.empty() && text != "-") text += ',';
    text += digits[i];
  }
  return text;
}

std::string decimals(double value, int digits) {
  std::array<char, 400> text{};  // The largest double has 309 digits before its point.
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string short_number(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*g", digits, value);
  return text.data();
}

std::string one_line(std::string_view text, std::size_t max_bytes) {
  const bool cut = text.size() > max_bytes;
  std::size_t length = cut ? max_bytes : text.size();
  while (cut && length > 0 && continues_utf8(text[length])) --length;
  std::string line(text.substr(0, length));
  std::replace_if(line.begin(), line.end(), is_control, '?');
  return cut ? line + "..." : line;
}

std::string in_quotes(std::string_view text, std::size_t max_bytes) {
  std::string line = "\"";
  return line.append(one_line(text, max_bytes)).append("\"");
}

}  // namespace topfive::base
