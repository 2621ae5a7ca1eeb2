// Names from the file system, made safe for one line of a message or a log.
#pragma once

#include <string>
#include <string_view>

namespace topfive::data {

// File names may hold any byte but '/' and NUL. Control characters and bytes that are not UTF-8
// become \xNN, so that a name can neither break a line, nor steer a terminal, nor make a JSON
// document invalid.
std::string printable(std::string_view name);

}  // namespace topfive::data
