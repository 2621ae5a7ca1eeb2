#include "topfive/engine/training_curve.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "topfive/base/files.h"

namespace topfive::engine {
namespace {

struct Series {
  std::string label;
  std::string colour;
  std::vector<std::pair<double, double>> points;
};

struct Panel {
  std::string title;
  std::string x_label;
  std::vector<Series> series;
  double left = 0;  // of the panel in the picture, in pixels
};

constexpr double kPanelWidth = 360, kPanelHeight = 220, kTop = 46, kMargin = 56;
constexpr int kMostMarks = 6;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, std::abs(value) >= 100 ? "%.0f" : "%.3g", value);
  return text;
}

std::string text_at(double x, double y, const std::string& anchor, const std::string& text) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" + text + "</text>\n";
}

// An axis from 0 to `end` with a labelled mark every `step`.
struct Axis {
  double end = 1;
  double step = 1;
};

// At most six marks, a round number apart, so that they carry short labels. Whole numbers are counted in whole steps.
Axis axis_up_to(double largest, bool whole) {
  if (!(largest > 0)) return {1, 1};
  const double least_step = whole ? std::max(1.0, largest / kMostMarks) : largest / kMostMarks;
  const double power = std::pow(10, std::floor(std::log10(least_step)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= least_step * (1 - 1e-9)) step = factor * power;
  }
  return {whole ? largest : step * std::ceil(largest / step - 1e-9), step};
}

struct Axes {
  Axis x, y;
};

Axes axes_of(const Panel& panel) {
  double x = 0, y = 0;
  for (const Series& series : panel.series) {
    for (const auto& [px, py] : series.points) {
      x = std::max(x, px);
      y = std::max(y, py);
    }
  }
  return {axis_up_to(std::max(x, 1.0), true), axis_up_to(y, false)};
}

std::string draw_grid(const Panel& panel, const Axes& axes) {
  std::string svg = text_at(panel.left + kPanelWidth / 2, kTop - 14, "middle", panel.title);
  const double bottom = kTop + kPanelHeight;
  for (int i = 0; i * axes.y.step <= axes.y.end * (1 + 1e-9); ++i) {
    const double y = bottom - kPanelHeight * i * axes.y.step / axes.y.end;
    svg += "<path class=\"grid\" d=\"M" + number(panel.left) + " " + number(y) + "h" + number(kPanelWidth) + "\"/>\n";
    svg += text_at(panel.left - 6, y + 4, "end", number(i * axes.y.step));
  }
  for (int i = 0; i * axes.x.step <= axes.x.end; ++i) {
    const double x = panel.left + kPanelWidth * i * axes.x.step / axes.x.end;
    svg += text_at(x, bottom + 18, "middle", number(i * axes.x.step));
  }
  return svg + text_at(panel.left + kPanelWidth / 2, kTop + kPanelHeight + 36, "middle", panel.x_label);
}

std::string draw_series(const Panel& panel, const Axes& axes, const Series& series, int row) {
  std::string points;
  for (const auto& [px, py] : series.points) {
    points += number(panel.left + kPanelWidth * px / axes.x.end) + "," +
              number(kTop + kPanelHeight * (1 - std::min(py / axes.y.end, 1.0))) + " ";
  }
  std::string svg = "<polyline stroke=\"" + series.colour + "\" points=\"" + points + "\"/>\n";
  const double y = kTop + 16 + 18 * row;
  const double right = panel.left + kPanelWidth - 8;
  svg += "<path stroke=\"" + series.colour + "\" d=\"M" + number(right - 18) + " " + number(y - 4) + "h18\"/>\n";
  return svg + text_at(right - 24, y, "end", series.label);
}

std::string draw_panel(const Panel& panel) {
  const Axes axes = axes_of(panel);
  std::string svg = draw_grid(panel, axes);
  int row = 0;
  for (const Series& series : panel.series) svg += draw_series(panel, axes, series, row++);
  return svg;
}

Panel loss_panel(const RunHistory& history) {
  Series loss{"training loss", "#1f6feb", {}};
  for (const auto& record : history.train) loss.points.emplace_back(static_cast<double>(record.step), record.loss);
  return {"Loss", "step", {loss}, kMargin};
}

Panel error_panel(const RunHistory& history) {
  Series train{"top-1, training", "#9aa4b2", {}};
  Series top1{"top-1, validation", "#d1242f", {}};
  Series top5{"top-5, validation", "#1a7f37", {}};
  for (const auto& record : history.eval) {
    const auto epoch = static_cast<double>(record.epoch);
    train.points.emplace_back(epoch, 100 * record.train_top1_error);
    top1.points.emplace_back(epoch, 100 * record.counts.top1_error());
    top5.points.emplace_back(epoch, 100 * record.counts.top5_error());
  }
  return {"Error, %", "epoch", {top1, top5, train}, kPanelWidth + 2.4 * kMargin};
}

}  // namespace

std::string training_curve_svg(const RunHistory& history) {
  const double width = 2 * kPanelWidth + 3 * kMargin;
  const double height = kTop + kPanelHeight + 52;
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(width) + "\" height=\"" + number(height) +
         "\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#24292f\">\n"
         "<style>.grid{stroke:#d8dee4}polyline,path{fill:none;stroke-width:1.6}.grid{stroke-width:1}</style>\n"
         "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" +
         draw_panel(loss_panel(history)) + draw_panel(error_panel(history)) + "</svg>\n";
}

void write_training_curve(const std::filesystem::path& run_directory) {
  base::write_file_atomically(run_directory / "training_curve.svg",
                              training_curve_svg(read_run_log(run_directory / "log.jsonl")));
}

}  // namespace topfive::engine
