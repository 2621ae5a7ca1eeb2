#include <cmath>

#include <nlohmann/json.hpp>

#include "topfive/base/text.h"
#include "topfive/dataset/stats.h"

namespace topfive::dataset {
namespace {

template <class Values>
std::string number_list(const Values& values, int digits = 4) {
  std::vector<std::string> parts;
  for (const double value : values) parts.push_back(base::decimals(value, digits));
  return "[" + base::join(parts) + "]";
}

std::string range_line(const std::string& name, const Range& range, int digits) {
  return name + base::decimals(range.least, digits) + " to " + base::decimals(range.largest, digits) + ", median " +
         base::decimals(range.median, digits) + "\n";
}

std::string component_lines(const Stats& stats) {
  std::string text = "\nprincipal components of the colours, RGB:\n";
  for (const PrincipalComponent& component : stats.colours.components) {
    text += "  eigenvalue " + base::decimals(component.variance, 6) +
            " in [0, 1] (constants \"lighting\"), standard deviation " +
            base::decimals(255 * std::sqrt(component.variance), 3) + " grey levels (\"krizhevsky_2012\"), vector " +
            number_list(component.vector) + "\n";
  }
  return text;
}

std::string file_lines(const Stats& stats) {
  std::string text = "\n" + range_line("width           ", stats.width, 0) +
                     range_line("height          ", stats.height, 0) +
                     range_line("bits per pixel  ", stats.bits_per_pixel, 2);
  for (const auto& [kind, count] : stats.kinds) text += kind + ": " + base::with_thousands(count) + "\n";
  return text;
}

nlohmann::ordered_json range_json(const Range& range) {
  return {{"least", range.least}, {"median", range.median}, {"largest", range.largest}};
}

}  // namespace

std::string stats_text(const Stats& stats) {
  std::string text = base::with_thousands(stats.pictures) + " pictures, " +
                     base::with_thousands(static_cast<long long>(stats.pixels)) + " pixels";
  if (stats.skipped > 0) text += "; left out as they cannot be decoded: " + base::with_thousands(stats.skipped);
  text += "\n\nfor the \"data\" section of a recipe:\n  \"mean\": " + number_list(stats.colours.mean) +
          ",\n  \"std\": " + number_list(stats.colours.std) + "\n";
  text += "the mean of each picture's own std, which is what ImageNet's usual 0.229, 0.224, 0.225 is: " +
          number_list(stats.mean_std) + "\n";
  if (stats.colours.mean.size() == 3) text += component_lines(stats);
  if (!stats.kinds.empty()) text += file_lines(stats);
  return text;
}

std::string stats_json(const Stats& stats) {
  nlohmann::ordered_json json = {{"format", 1},
                                 {"pictures", stats.pictures},
                                 {"skipped", stats.skipped},
                                 {"pixels", stats.pixels},
                                 {"mean", stats.colours.mean},
                                 {"std", stats.colours.std},
                                 {"mean_std", stats.mean_std}};
  if (stats.colours.mean.size() == 3) {
    auto components = nlohmann::ordered_json::array();
    for (const PrincipalComponent& component : stats.colours.components) {
      components.push_back({{"eigenvalue", component.variance},
                            {"grey_level_std", 255 * std::sqrt(component.variance)},
                            {"vector", component.vector}});
    }
    json["principal_components"] = std::move(components);
  }
  if (!stats.kinds.empty()) {
    json["width"] = range_json(stats.width);
    json["height"] = range_json(stats.height);
    json["bits_per_pixel"] = range_json(stats.bits_per_pixel);
    json["kinds"] = stats.kinds;
  }
  return json.dump(2) + "\n";
}

}  // namespace topfive::dataset
