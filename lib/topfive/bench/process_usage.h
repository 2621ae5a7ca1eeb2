// What this process and its threads have used of the machine so far.
#pragma once

#include <cstdint>
#include <string>

namespace topfive::bench {

// User and system time of all threads, those included that have ended.
double process_cpu_seconds();
// Of the calling thread.
double thread_cpu_seconds();
double wall_seconds();

// The memory that is resident now (VmRSS); 0 where the system does not say.
std::int64_t resident_memory_bytes();
// The most memory that was resident at once (VmHWM); 0 where the system does not say.
std::int64_t peak_memory_bytes();
// "AMD EPYC 9B45"; empty where the system does not say.
std::string cpu_name();

}  // namespace topfive::bench
