// Log lines for people, on standard error; figures for programs go to the run's JSON-lines file instead.
//
// spdlog stays behind this header: LibTorch ships its own copy of the fmt headers, and a file that saw both would not
// compile.
#pragma once

#include <string_view>

namespace topfive::base {

// level: trace, debug, info, warning, error or off; anything else is a UserError (usage).
// Lines look like "12:04:31 warning: ..."; info lines carry no level word. Call once, at the start of main.
void set_up_logging(std::string_view level);

// This process is one of several that share the screen, and not the first: only warnings from now on, which begin with
// "rank 3: ".
void set_log_rank(int rank);

// Thread-safe; each message is one line.
void log_debug(std::string_view message);
void log_info(std::string_view message);
void log_warning(std::string_view message);

}  // namespace topfive::base
