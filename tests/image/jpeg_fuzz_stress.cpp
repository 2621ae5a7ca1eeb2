// Damaged JPEG files by our own decoder and by libjpeg-turbo alone: the same pixels, or the same error. A short form is
// in the test suite, also under the sanitizers; the long one is started by scripts/stress.
//
//   jpeg_fuzz_stress [--count N] [--seed N] [--first N] [--json FILE] [--seeds-to DIR]
//
// Case numbers begin with --first: `--seed 1 --first 4711 --count 1` does one of them again. Prints each difference,
// and a line of JSON at the end. --seeds-to writes the small files that the fuzzer begins with, and does nothing else.
// Exit codes: 0 all agree, 1 not, 64 wrong arguments. Where a case takes half a minute, the program aborts and says
// which.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "topfive/base/error.h"

#include "image/damage.h"
#include "image/jpeg_cases.h"
#include "image/jpeg_differential.h"
#include "image/jpeg_fuzz_seeds.h"
#include "image/jpeg_mutations.h"
#include "image/stress_options.h"

namespace fs = std::filesystem;
using namespace topfive;
using namespace topfive::test;

namespace {

constexpr int kCasesOfSeeds = 2000;  // then other files are damaged
constexpr int kSeedFiles = 16;
constexpr int kMostMessages = 50;
constexpr std::size_t kMostScratch = std::size_t{32} << 20U;

// Ends the program where a case hangs.
class Watchdog {
 public:
  Watchdog() : thread_([this](const std::stop_token& stop) { watch(stop); }) {}
  void begin(std::int64_t number) { number_ = number; }

 private:
  void watch(const std::stop_token& stop) {
    using namespace std::chrono_literals;
    std::int64_t seen = -1;
    for (int ticks = 0; !stop.stop_requested(); std::this_thread::sleep_for(100ms)) {
      ticks = number_ == seen ? ticks + 1 : 0;
      seen = number_;
      if (ticks < 300) continue;
      std::fprintf(stderr, "case %lld hangs\n", static_cast<long long>(seen));
      std::abort();
    }
  }

  std::atomic<std::int64_t> number_ = -1;
  std::jthread thread_;
};

class FuzzStress {
 public:
  explicit FuzzStress(std::int64_t seed) : seed_(seed) {}

  void run(std::int64_t first, std::int64_t count) {
    for (std::int64_t number = first; number < first + count; ++number) {
      watchdog_.begin(number);
      if (seeds_.empty() || number % kCasesOfSeeds == 0) make_seeds(number / kCasesOfSeeds);
      check(number);
    }
  }

  nlohmann::ordered_json summary() const {
    const JpegDifferential::Counts& counts = differential_.counts();
    return {{"seed", seed_},
            {"files", counts.files},
            {"headers_read", counts.headers},
            {"pictures", counts.pictures},
            {"errors", counts.errors},
            {"own", counts.own},
            {"handed_over", counts.handed_over},
            {"indexed", counts.indexed},
            {"same_error_at_another_row", counts.rows_before_errors_differ},
            {"differences", differences_},
            {"slowest_cpu_ms", slowest_ms_},
            {"scratch_kib", differential_.scratch_bytes() >> 10U}};
  }
  bool good() const { return differences_ == 0 && differential_.scratch_bytes() <= kMostScratch; }

 private:
  void make_seeds(std::int64_t block) {
    std::mt19937 random(case_seed(seed_ + 1, block));
    seeds_.clear();
    descriptions_.clear();
    for (int i = 0; i < kSeedFiles; ++i) {
      const JpegCase made = random_jpeg(random, i == 0 ? CaseSize::kUsual : CaseSize::kTiny);
      seeds_.emplace_back(made.file);
      descriptions_.push_back(made.description);
    }
  }

  void check(std::int64_t number) {
    std::mt19937 random(case_seed(seed_, number));
    const std::size_t chosen = below(random, seeds_.size());
    const JpegParts& other = seeds_[below(random, seeds_.size())];
    const Bytes file = mutated_jpeg(seeds_[chosen], other, random);
    const JpegRequest request(static_cast<std::uint32_t>(random()));
    // Of the processor, so that other programs on it do not count.
    const std::clock_t started = std::clock();
    const std::string difference = differential_.check(file, request);
    slowest_ms_ = std::max(slowest_ms_, std::int64_t{std::clock() - started} * 1000 / CLOCKS_PER_SEC);
    if (difference.empty() || ++differences_ > kMostMessages) return;
    std::printf("seed %lld, case %lld, of %s: %s\n", static_cast<long long>(seed_), static_cast<long long>(number),
                descriptions_[chosen].c_str(), difference.c_str());
  }

  std::int64_t seed_;
  JpegDifferential differential_;
  std::vector<JpegParts> seeds_;
  std::vector<std::string> descriptions_;
  std::int64_t differences_ = 0;
  std::int64_t slowest_ms_ = 0;
  Watchdog watchdog_;
};

int write_seeds(const fs::path& directory) {
  fs::create_directories(directory);
  for (const auto& [name, bytes] : jpeg_fuzz_seeds()) {
    std::ofstream out(directory / name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) {
      throw base::UserError(base::ExitCode::kCannotCreate, (directory / name).string() + ": cannot be written");
    }
  }
  return 0;
}

// The most memory that the process had.
std::int64_t memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss >> 10;
}

int run(int argc, const char* const* argv) {
  const StressOptions options(argc, argv,
                              {{"count", "1000000"}, {"seed", "1"}, {"first", "0"}, {"json", ""}, {"seeds-to", ""}});
  if (!options.text("seeds-to").empty()) return write_seeds(options.text("seeds-to"));
  const auto started = std::chrono::steady_clock::now();
  FuzzStress stress(options.number("seed"));
  stress.run(options.number("first"), options.number("count"));
  nlohmann::ordered_json summary = stress.summary();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
  summary["memory_mib"] = memory_mib();
  summary["seconds"] = static_cast<double>(static_cast<std::int64_t>(10 * seconds.count())) / 10;
  write_summary(summary, options.text("json"));
  return stress.good() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) { return run_stress_program("jpeg_fuzz_stress", run, argc, argv); }
