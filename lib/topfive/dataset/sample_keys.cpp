#include "topfive/dataset/sample_keys.h"

#include <cctype>
#include <set>

#include "topfive/data/printable.h"

namespace topfive::dataset {
namespace {

// Dots, blanks and backslashes become '_'; what is not printable is spelled out first.
std::string without_separators(std::string_view text) {
  std::string name = data::printable(text);
  for (char& c : name) {
    if (c == '.' || c == '\\' || c == '/' || std::isspace(static_cast<unsigned char>(c)) != 0) c = '_';
  }
  return name.empty() ? "_" : name;
}

std::string numbered(const std::string& name, int number) { return name + "_" + std::to_string(number); }

// The name, or the name with the first number that makes it new.
template <class Set>
std::string make_unique(const std::string& name, Set& taken) {
  std::string candidate = name;
  for (int number = 2; !taken.insert(candidate).second; ++number) candidate = numbered(name, number);
  return candidate;
}

std::string padded_number(std::int64_t number) {
  std::string digits = std::to_string(number);
  constexpr std::size_t kWidth = 8;
  return digits.size() < kWidth ? std::string(kWidth - digits.size(), '0') + digits : digits;
}

bool has_picture_ending(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string ending(name.substr(dot));
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

}  // namespace

std::string file_name_of(const data::SampleSource& source, std::int64_t index) {
  const std::string name = source.name(index);
  const std::string file = name.substr(name.rfind('/') + 1);
  return has_picture_ending(file) ? file : padded_number(index) + ".png";
}

SampleKeys::SampleKeys(const data::SampleSource& source) : source_(source) {
  std::set<std::string> folders;
  for (const std::string& name : source.class_names()) {
    folders_.push_back(make_unique(without_separators(name), folders));
  }
  const std::unordered_set<std::size_t> suspects = hashes_met_twice();
  if (!suspects.empty()) rename_taken(suspects);
}

// 8 bytes a sample; only keys whose hashes meet have to be kept as text.
std::unordered_set<std::size_t> SampleKeys::hashes_met_twice() const {
  std::unordered_set<std::size_t> seen;
  std::unordered_set<std::size_t> twice;
  for (std::int64_t i = 0; i < source_.size(); ++i) {
    const std::size_t hash = std::hash<std::string>()(plain_key(i));
    if (!seen.insert(hash).second) twice.insert(hash);
  }
  return twice;
}

void SampleKeys::rename_taken(const std::unordered_set<std::size_t>& suspects) {
  std::unordered_set<std::string> taken;
  for (std::int64_t i = 0; i < source_.size(); ++i) {
    const std::string key = plain_key(i);
    if (suspects.count(std::hash<std::string>()(key)) > 0 && !taken.insert(key).second) renamed_[i] = key;
  }
  // A new name must not meet any other sample's, so all of them are looked at; this is rare.
  for (std::int64_t i = 0; i < source_.size() && !renamed_.empty(); ++i) taken.insert(plain_key(i));
  for (auto& [index, key] : renamed_) key = make_unique(key, taken);
}

std::string SampleKeys::plain_key(std::int64_t index) const {
  const std::string file = file_name_of(source_, index);
  return folders_[static_cast<std::size_t>(source_.label(index))] + "/" +
         without_separators(file.substr(0, file.rfind('.')));
}

std::string SampleKeys::key(std::int64_t index) const {
  const auto renamed = renamed_.find(index);
  return renamed == renamed_.end() ? plain_key(index) : renamed->second;
}

}  // namespace topfive::dataset
