// Internal to the base room: RFC 6901 JSON pointers as text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace topfive::base {

// "/model" + "a/b" -> "/model/a~1b"
std::string child_pointer(const std::string& pointer, std::string_view key);
std::string child_pointer(const std::string& pointer, std::size_t index);
// "/model/dropout" -> "/model"; the root's own parent is the root.
std::string parent_pointer(const std::string& pointer);

// The number that a run of decimal digits says, if it is below `size`; `size` itself otherwise.
std::size_t index_of(std::string_view digits, std::size_t size);

}  // namespace topfive::base
