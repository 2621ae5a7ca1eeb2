#include "topfive/base/progress.h"

#include <cmath>

#include "support/catch.h"

using topfive::base::format_count_progress;
using topfive::base::format_duration;

TEST_CASE("durations are shown as people write them", "[base]") {
  CHECK(format_duration(0) == "0:00");
  CHECK(format_duration(71) == "1:11");
  CHECK(format_duration(3671) == "1:01:11");
  CHECK(format_duration(360'000) == "100:00:00");
  CHECK(format_duration(std::nan("")) == "?");
}

TEST_CASE("the progress of a pass over pictures holds the count, speed and time left", "[base]") {
  CHECK(format_count_progress("evaluated", 2500, 10'000, 2) == "evaluated 2,500 of 10,000  1250 img/s  ETA 0:06");
  CHECK(format_count_progress("checked", 3, 3, 0.75) == "checked 3 of 3  4.0 img/s  ETA 0:00");
}
