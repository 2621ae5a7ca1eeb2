// SIGINT, SIGTERM and SIGUSR1 ask the run to save a checkpoint and stop; a second SIGINT ends it at
// once.
//
// SIGUSR1 and SIGTERM are what batch systems send before a time limit or a preemption.
#pragma once

#include <string>

namespace topfive::base {

// Installs the handlers for the whole process, and ignores SIGPIPE and SIGXFSZ so that a full disk
// or a closed pipe arrives as an error code. Call once, before threads start.
void install_stop_handlers();

// True after one of the signals arrived. Async-signal-safe state underneath; cheap to ask at every
// step.
bool stop_requested();

// "SIGTERM", or empty if none arrived.
std::string stop_signal_name();

// Forgets a signal that arrived: for tests.
void reset_stop_request();

}  // namespace topfive::base
