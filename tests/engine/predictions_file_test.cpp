#include "topfive/engine/predictions_file.h"

#include "support/catch.h"

using topfive::engine::csv_field;

TEST_CASE("a CSV field is quoted only where it needs it", "[engine]") {
  CHECK(csv_field("val/cat/1.JPEG") == "val/cat/1.JPEG");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"cheese\"") == "\"say \"\"cheese\"\"\"");
  CHECK(csv_field("two\nlines") == "\"two\nlines\"");
}
