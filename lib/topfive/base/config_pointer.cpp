#include "topfive/base/config_pointer.h"

#include <charconv>
#include <system_error>

namespace topfive::base {

std::string child_pointer(const std::string& pointer, std::string_view key) {
  std::string child = pointer + "/";
  for (const char c : key) {
    if (c == '~') {
      child += "~0";
    } else if (c == '/') {
      child += "~1";
    } else {
      child += c;
    }
  }
  return child;
}

std::string child_pointer(const std::string& pointer, std::size_t index) {
  return pointer + "/" + std::to_string(index);
}

std::string parent_pointer(const std::string& pointer) {
  return pointer.substr(0, pointer.empty() ? 0 : pointer.rfind('/'));
}

std::size_t index_of(std::string_view digits, std::size_t size) {
  std::size_t index = size;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, index);
  return error == std::errc() && stop == end && index < size ? index : size;
}

}  // namespace topfive::base
