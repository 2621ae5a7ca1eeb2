// Small helpers for messages to people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace topfive::base {

// The known name nearest to `wrong` (Damerau-Levenshtein distance, at most a third of its length,
// at least 1), or empty if none is near.
std::string nearest_name(std::string_view wrong, const std::vector<std::string>& known);

// The `count` known names nearest to `wrong`, nearest first, however far they are; of equally near ones the first by
// the alphabet.
std::vector<std::string> closest_names(std::string_view wrong, std::vector<std::string> known, std::size_t count);

// "; did you mean \"dropout\"?", or empty if no known name is near.
std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known);

// "a, b, c"
std::string join(const std::vector<std::string>& parts, std::string_view separator = ", ");

// 1234567 -> "1,234,567"
std::string with_thousands(long long number);

// With a fixed number of digits after the point: (0.5, 2) -> "0.50".
std::string decimals(double value, int digits);
// As short as so many significant digits allow: 0.1 -> "0.1", 1e-05 -> "1e-05".
std::string short_number(double value, int digits = 6);

// Text from a file or a flag, fit for a one-line message: control characters become '?', and what
// is longer than max_bytes is cut between two UTF-8 characters and ends with "...".
std::string one_line(std::string_view text, std::size_t max_bytes = 60);
// The same between double quotes.
std::string in_quotes(std::string_view text, std::size_t max_bytes = 60);

}  // namespace topfive::base
