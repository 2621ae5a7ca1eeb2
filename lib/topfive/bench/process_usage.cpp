#include "topfive/bench/process_usage.h"

#include <chrono>
#include <ctime>
#include <fstream>

#include <sys/resource.h>

namespace topfive::bench {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

// What follows "key", blanks and a colon in a file of such lines; empty if there is none.
std::string value_in(const char* path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key, 0) != 0) continue;
    const auto start = line.find_first_not_of(": \t", key.size());
    return start == std::string::npos ? "" : line.substr(start);
  }
  return "";
}

std::int64_t status_bytes(const std::string& key) {
  const std::string kibibytes = value_in("/proc/self/status", key);
  return kibibytes.empty() ? 0 : std::stoll(kibibytes) * 1024;
}

}  // namespace

double process_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t resident_memory_bytes() { return status_bytes("VmRSS"); }
std::int64_t peak_memory_bytes() { return status_bytes("VmHWM"); }

std::string cpu_name() { return value_in("/proc/cpuinfo", "model name"); }

}  // namespace topfive::bench
