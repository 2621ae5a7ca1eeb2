#include "topfive/engine/progress.h"

#include "topfive/engine/training_curve.h"

#include "support/catch.h"

TEST_CASE("the progress line holds epoch, step, loss, rate, speed and time left", "[engine]") {
  CHECK(topfive::engine::format_progress({20'480, 900'810, 3, 90, 5.12034, 0.01, 87.4, 7451}) ==
        "epoch 3/90  step 20,480/900,810  loss 5.1203  lr 0.01  87 img/s  ETA 2:04:11");
  CHECK_THAT(topfive::engine::format_progress({1, 2, 1, 1, 5.0, 0.01, 87.4, 60, true}),
             ContainsSubstring("ETA 1:00  data-bound"));
}

TEST_CASE("the training curve draws a point for every record", "[engine]") {
  topfive::engine::RunHistory history;
  for (int step = 1; step <= 4; ++step) history.train.push_back({step, 1, 2.0 / step, 0.1, 100, 0});
  history.eval.push_back({4, 1, 1.0, 0.5, {8, 10, 10}});
  const std::string svg = topfive::engine::training_curve_svg(history);
  CHECK_THAT(svg, StartsWith("<svg ") && ContainsSubstring("</svg>"));
  CHECK_THAT(svg, ContainsSubstring("top-5, validation"));
  const auto points = svg.substr(svg.find("points=\"") + 8);
  CHECK(std::count(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(points.find('"')), ',') == 4);
}

TEST_CASE("an empty history still gives a picture", "[engine]") {
  CHECK_THAT(topfive::engine::training_curve_svg({}), ContainsSubstring("</svg>"));
}

TEST_CASE("the axes of the training curve carry round numbers, whole ones for steps and epochs", "[engine]") {
  topfive::engine::RunHistory history;
  history.train.push_back({1404, 3, 0.7, 0.1, 100, 0});
  for (int epoch = 1; epoch <= 3; ++epoch) history.eval.push_back({468 * epoch, epoch, 0.7, 0.5, {8, 9, 10}});
  const std::string svg = topfive::engine::training_curve_svg(history);
  for (const auto* mark : {">500<", ">1000<", ">0.2<", ">0.4<", ">1<", ">2<", ">3<"}) {
    CHECK_THAT(svg, ContainsSubstring(mark));
  }
  for (const auto* mark : {">281<", ">0.5<", ">1.5<", ">2.4<"}) CHECK_THAT(svg, !ContainsSubstring(mark));
}
