#include "topfive/engine/network_report.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "topfive/base/text.h"
#include "topfive/models/presets.h"

namespace topfive::engine {
namespace {

using Row = std::vector<std::string>;

// Columns as wide as their widest entry; the first `left` ones are aligned on the left, the others on the right.
std::string aligned(const std::vector<Row>& rows, std::size_t left) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string gap(widths[i] - row[i].size(), ' ');
      line += (i == 0 ? "" : "  ") + (i < left ? row[i] + gap : gap + row[i]);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : "x") + std::to_string(shape[i]);
  return text;
}

std::string count_or_dash(std::int64_t count) { return count == 0 ? "-" : base::with_thousands(count); }

std::string mega(std::int64_t count) { return count == 0 ? "-" : base::decimals(static_cast<double>(count) / 1e6, 2); }
std::string giga(std::int64_t count) { return base::decimals(static_cast<double>(count) / 1e9, 3); }
std::string mebibytes(std::int64_t bytes) { return base::decimals(static_cast<double>(bytes) / (1 << 20), 2); }

std::string ratio(std::int64_t value, std::int64_t to) {
  return base::decimals(static_cast<double>(value) / static_cast<double>(to), 2) + "x";
}

// Weights of `count` layers of k x k filters from C to C channels, in units of C squared.
std::int64_t weights_of_stack(std::int64_t count, std::int64_t filter) { return count * filter * filter; }

std::string small_filters_line(std::int64_t count, std::int64_t large) {
  const std::int64_t small = weights_of_stack(count, 3);
  const std::int64_t single = weights_of_stack(1, large);
  const std::string size = std::to_string(large);
  return (count == 2 ? "two 3x3 for one " : "three 3x3 for one ") + size + "x" + size + ": " + std::to_string(small) +
         " C^2 weights for " + std::to_string(single) + " C^2, " +
         base::decimals(100.0 * (1.0 - static_cast<double>(small) / static_cast<double>(single)), 0) +
         " % fewer, the same field of view, " + std::to_string(count) + " non-linearities for one\n";
}

std::string auxiliary_text(const models::LayerTable& table) {
  if (table.auxiliary_parameters == 0) return "";
  return " and " + base::with_thousands(table.auxiliary_parameters) + " in auxiliary heads";
}

}  // namespace

std::string network_text(const std::string& name, const models::LayerTable& table) {
  std::vector<Row> rows = {{"layer", "type", "output", "parameters", "MACs, M", "memory, MiB"}};
  for (const models::LayerRow& layer : table.layers) {
    rows.push_back({layer.name, layer.type, shape_text(layer.output_shape), count_or_dash(layer.parameters),
                    mega(layer.macs), mebibytes(layer.activation_bytes)});
  }
  return name + ", input " + shape_text(table.input_shape) + "\n\n" + aligned(rows, 3) + "\n" +
         base::with_thousands(table.parameters) + " parameters (" + mebibytes(table.parameters * 4) + " MiB)" +
         auxiliary_text(table) + ", " + giga(table.macs) + " GMACs, " + mebibytes(table.activation_bytes) +
         " MiB of activations a picture, " + std::to_string(table.layers_with_weights) + " layers with weights\n";
}

std::string network_json(const std::string& name, const models::LayerTable& table) {
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  for (const models::LayerRow& layer : table.layers) {
    layers.push_back({{"name", layer.name},
                      {"type", layer.type},
                      {"output_shape", layer.output_shape},
                      {"parameters", layer.parameters},
                      {"macs", layer.macs},
                      {"activation_bytes", layer.activation_bytes}});
  }
  const nlohmann::ordered_json json = {{"name", name},
                                       {"input", table.input_shape},
                                       {"parameters", table.parameters},
                                       {"auxiliary_parameters", table.auxiliary_parameters},
                                       {"macs", table.macs},
                                       {"activation_bytes", table.activation_bytes},
                                       {"layers", layers}};
  return json.dump(2) + "\n";
}

std::string comparison_text(const std::vector<NamedTable>& networks) {
  const models::LayerTable& first = networks.front().second;
  std::vector<Row> rows = {
      {"network", "parameters", "", "GMACs", "", "activations, MiB", "", "layers", "float32 file, MiB"}};
  for (const auto& [name, table] : networks) {
    rows.push_back({name, base::with_thousands(table.parameters), ratio(table.parameters, first.parameters),
                    giga(table.macs), ratio(table.macs, first.macs), mebibytes(table.activation_bytes),
                    ratio(table.activation_bytes, first.activation_bytes), std::to_string(table.layers_with_weights),
                    mebibytes(table.parameters * 4)});
  }
  return aligned(rows, 1) + "\n" + small_filters_line(2, 5) + small_filters_line(3, 7);
}

std::string preset_list_text() {
  std::vector<Row> rows = {{"network", "", "parameters", "MACs, M", "picture"}};
  for (const models::Preset& preset : models::presets()) {
    const auto table = models::layer_table(models::preset_config(std::string(preset.name)));
    rows.push_back({std::string(preset.name), std::string(preset.description), base::with_thousands(table.parameters),
                    mega(table.macs), std::to_string(table.input_shape[1])});
  }
  return aligned(rows, 2);
}

}  // namespace topfive::engine
