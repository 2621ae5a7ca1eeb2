#include "topfive/data/class_list.h"

#include <charconv>
#include <set>
#include <sstream>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/data/printable.h"

namespace topfive::data {

std::vector<std::string> read_lines(const std::filesystem::path& path, std::uint64_t max_bytes) {
  std::vector<std::string> lines;
  std::istringstream stream(base::read_text_file(path, max_bytes));
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
  }
  return lines;
}

std::optional<std::vector<std::string>> read_class_list(const std::filesystem::path& data_dir) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{64} << 20U;
  const auto path = data_dir / "classes.txt";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  auto names = read_lines(path, kMaxBytes);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool usable = !names[i].empty() && printable(names[i]) == names[i] && i < kMaxClasses;
    if (usable && seen.insert(names[i]).second) continue;
    throw base::UserError(base::ExitCode::kBadData,
                          printable(path.string()) + ":" + std::to_string(i + 1) +
                              (usable ? ": the class is there twice" : ": not a class name") +
                              "; write one printable name a line, in the order of the labels");
  }
  return names;
}

std::vector<std::string> numbered_classes(std::uint32_t count) {
  std::vector<std::string> names;
  names.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

std::optional<std::uint32_t> parse_label(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return std::nullopt;
  text = text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value >= kMaxClasses) return std::nullopt;
  return value;
}

}  // namespace topfive::data
