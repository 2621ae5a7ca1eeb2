// classes.txt: the names of the classes, one a line, in label order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace topfive::data {

// More classes than this are taken for a mistake.
inline constexpr std::uint32_t kMaxClasses = 1'000'000;

// The lines of a text file without line ends, as they are. UserError where it cannot be read.
std::vector<std::string> read_lines(const std::filesystem::path& path, std::uint64_t max_bytes);

// DIR/classes.txt, or nothing where there is none. UserError(kBadData), with the line, for a name that is empty, not
// printable or there twice.
std::optional<std::vector<std::string>> read_class_list(const std::filesystem::path& data_dir);

// "0", "1", ..., "count - 1".
std::vector<std::string> numbered_classes(std::uint32_t count);

// A label in decimal digits below kMaxClasses, blanks around it allowed; nothing for any other text.
std::optional<std::uint32_t> parse_label(std::string_view text);

}  // namespace topfive::data
