// What a picture may cost: two seconds of one core and 512 MB, whatever the file says.
#include <ctime>
#include <fstream>
#include <iostream>

#include "topfive/image/decode.h"
#include "topfive/image/picture.h"

#include "image/picture_bombs.h"
#include "support/catch.h"

// AddressSanitizer keeps freed memory for a while, which is not the decoder's.
extern "C" const char* __asan_default_options();  // NOLINT(readability-identifier-naming): the sanitizer's name
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=8"; }

using namespace topfive::test;
using namespace topfive::image;

namespace {

// A line of /proc/self/status in MiB.
long status_mib(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long kilobytes = 0;
    if (word == key + ":" && status >> kilobytes) return kilobytes >> 10;
  }
  return 0;
}

struct Cost {
  double seconds = 0;
  long mib = 0;
};

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// The processor's time and the highest memory while `work` runs, beyond what was in use before.
template <class Work>
Cost cost_of(Work work) {
  std::ofstream("/proc/self/clear_refs") << "5";  // sets the peak back to what is in use
  const long before = status_mib("VmRSS");
  const double start = cpu_seconds();
  try {
    work();
  } catch (const DecodeError& error) {
    CHECK(std::string(error.what()).size() > 5);
  }
  return {cpu_seconds() - start, status_mib("VmHWM") - before};
}

}  // namespace

TEST_CASE("no picture costs more than two seconds and 512 MB") {
  const auto bombs = picture_bombs();
  REQUIRE(bombs.size() >= 60);
  PictureTools tools;
  Cost worst;
  for (const Bomb& bomb : bombs) {
    const Bytes file = bomb.make();
    CAPTURE(bomb.name, file.size());
    for (const int channels : {1, 3}) {
      const Cost whole = cost_of([&] { decode(file, channels); });
      CHECK(whole.seconds < 2.0);
      CHECK(whole.mib < 512);
      const Cost scaled = cost_of([&] {
        Picture picture(file, {.channels = channels}, tools);
        picture.resize({224, 224}, Filter::kPilBilinear);
        picture.pixels();
      });
      CHECK(scaled.seconds < 2.0);
      CHECK(scaled.mib < 512);
      worst.seconds = std::max({worst.seconds, whole.seconds, scaled.seconds});
      worst.mib = std::max({worst.mib, whole.mib, scaled.mib});
    }
  }
  std::cout << bombs.size() << " bombs: at most " << worst.seconds << " s and " << worst.mib << " MiB each\n";
}
