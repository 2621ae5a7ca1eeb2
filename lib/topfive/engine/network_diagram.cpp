#include "topfive/engine/network_diagram.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "topfive/base/text.h"

namespace topfive::engine {
namespace {

constexpr double kPictureWidth = 1120, kEdge = 24, kTitleHeight = 64;
constexpr double kCellWidth = 132, kRowHeight = 196, kLargestBlock = 104;
constexpr double kSmallestBlock = 10, kLeastWidth = 12, kMostWidth = 88;

// A part of the network, drawn as one box.
struct Block {
  std::string name;
  std::string kind;
  std::vector<std::int64_t> shape;
  std::int64_t parameters = 0;
  std::int64_t layers = 0;
  int repeats = 1;
};

struct Colour {
  const char* kind;
  const char* fill;
  const char* label;
};

constexpr Colour kColours[] = {{"Conv2d", "#8fb8de", "convolution"},
                               {"Linear", "#e0a458", "fully connected"},
                               {"Attention", "#b39ddb", "attention"},
                               {"MaxPool2d", "#a9c29b", "pooling"},
                               {"AvgPool2d", "#a9c29b", "pooling"},
                               {"AdaptiveAvgPool2d", "#a9c29b", "pooling"},
                               {"", "#cfd4da", "other"}};

const Colour& colour_of(const std::string& kind) {
  for (const Colour& colour : kColours) {
    if (kind == colour.kind) return colour;
  }
  return kColours[std::size(kColours) - 1];
}

std::string first_word(const std::string& type) { return type.substr(0, type.find_first_of(" ,")); }

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The part that a layer belongs to: the first component of its name; two where the second is a number that tells
// blocks apart ("layer1.0"), and a transformer's layers by their own name.
std::string part_of(const std::string& name) {
  const auto dot = name.find('.');
  if (dot == std::string::npos) return name;
  const std::string first = name.substr(0, dot);
  const auto next = name.find('.', dot + 1);
  const std::string second = name.substr(dot + 1, next == std::string::npos ? std::string::npos : next - dot - 1);
  if (first == "encoder") {
    const auto layer = name.find("encoder_layer_");
    return layer == std::string::npos ? name : name.substr(layer, name.find('.', layer) - layer);
  }
  if (is_number(second)) return first + "." + second;
  return first;
}

bool is_drawn_alone(const std::string& kind) { return kind.find("Pool") != std::string::npos; }
// Steps that belong to what stands before them.
bool is_minor(const std::string& kind) { return kind != "Conv2d" && kind != "Linear" && !is_drawn_alone(kind); }

// What follows from the layers: pooling between parts stands alone, other steps without weights join what is before.
std::vector<Block> blocks_of(const models::LayerTable& table) {
  std::vector<Block> blocks;
  for (const models::LayerRow& layer : table.layers) {
    const std::string kind = first_word(layer.type);
    const bool has_part = layer.parameters > 0;
    const std::string part = has_part ? part_of(layer.name) : "";
    // Pooling that keeps the size is a branch of an inception module.
    const bool keeps_size = !blocks.empty() && blocks.back().shape.size() == 3 && layer.output_shape.size() == 3 &&
                            blocks.back().shape[1] == layer.output_shape[1];
    const bool same_part = has_part ? !blocks.empty() && blocks.back().name == part : is_minor(kind) || keeps_size;
    const bool joins = !blocks.empty() && (same_part || kind == "BatchNorm2d");
    if (joins) {
      Block& block = blocks.back();
      block.parameters += layer.parameters;
      block.layers += has_part ? 1 : 0;
      block.shape = layer.output_shape;
      if (kind == "Attention") block.kind = kind;
      continue;
    }
    const std::string name = has_part ? part : is_drawn_alone(kind) ? "pool" : layer.name;
    blocks.push_back({name, kind, layer.output_shape, layer.parameters, has_part ? 1 : 0, 1});
  }
  return blocks;
}

// Neighbours that are equal in everything but their name become one with a count.
std::vector<Block> folded(const std::vector<Block>& blocks) {
  std::vector<Block> result;
  for (const Block& block : blocks) {
    const bool same = !result.empty() && result.back().kind == block.kind && result.back().shape == block.shape &&
                      result.back().parameters == block.parameters && block.parameters > 0;
    if (same) {
      ++result.back().repeats;
    } else {
      result.push_back(block);
    }
  }
  return result;
}

std::string pixels(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '<')
      result += "&lt;";
    else if (c == '&')
      result += "&amp;";
    else
      result += c;
  }
  return result;
}

std::string label(double x, double y, const std::string& text, const char* style) {
  return "<text x=\"" + pixels(x) + "\" y=\"" + pixels(y) + "\" text-anchor=\"middle\" class=\"" + style + "\">" +
         escaped(text) + "</text>\n";
}

std::string shape_label(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : " x ") + std::to_string(shape[i]);
  return text;
}

std::string short_count(std::int64_t count) {
  char text[32];
  const auto value = static_cast<double>(count);
  if (count >= 1'000'000)
    std::snprintf(text, sizeof text, "%.2f M", value / 1e6);
  else if (count >= 1'000)
    std::snprintf(text, sizeof text, "%.1f k", value / 1e3);
  else
    std::snprintf(text, sizeof text, "%lld", static_cast<long long>(count));
  return text;
}

// Side of the maps; vectors and tokens have none.
double side_of(const Block& block) { return block.shape.size() == 3 ? static_cast<double>(block.shape[1]) : 1.0; }
double channels_of(const Block& block) {
  return static_cast<double>(block.shape.size() == 2 ? block.shape[1] : block.shape[0]);
}

std::string drawn(const Block& block, double x, double y, double input_side) {
  const double height = std::max(kSmallestBlock, kLargestBlock * std::sqrt(side_of(block) / input_side));
  const double scale = std::log2(std::max(channels_of(block), 2.0)) / 12.0;
  const double width = std::clamp(kMostWidth * scale, kLeastWidth, kMostWidth);
  const double middle = y + kLargestBlock / 2 + 22;
  const double centre = x + kCellWidth / 2;
  std::string text =
      label(centre, y + 8, block.name + (block.repeats > 1 ? "  x" + std::to_string(block.repeats) : ""), "name");
  text += "<rect x=\"" + pixels(centre - width / 2) + "\" y=\"" + pixels(middle - height / 2) + "\" width=\"" +
          pixels(width) + "\" height=\"" + pixels(height) + "\" rx=\"3\" fill=\"" + colour_of(block.kind).fill +
          "\"/>\n";
  text += label(centre, y + kLargestBlock + 46, shape_label(block.shape), "shape");
  if (block.parameters > 0) {
    const std::string each = block.repeats > 1 ? " each" : "";
    text += label(centre, y + kLargestBlock + 62, short_count(block.parameters) + " parameters" + each, "shape");
  }
  return text;
}

std::string arrow(double x, double y) {
  return "<path d=\"M" + pixels(x - 7) + " " + pixels(y) + " h12 m-4 -4 l4 4 l-4 4\" class=\"arrow\"/>\n";
}

std::string legend(double y) {
  std::string text;
  double x = kEdge;
  std::string previous;
  for (const Colour& colour : kColours) {
    if (previous == colour.label) continue;
    previous = colour.label;
    text += "<rect x=\"" + pixels(x) + "\" y=\"" + pixels(y - 10) + "\" width=\"14\" height=\"12\" rx=\"2\" fill=\"" +
            colour.fill + "\"/>\n<text x=\"" + pixels(x + 20) + "\" y=\"" + pixels(y) + "\" class=\"legend\">" +
            colour.label + "</text>\n";
    x += 150;
  }
  return text;
}

std::string header(double height, const std::string& title, const std::string& facts) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + pixels(kPictureWidth) + "\" height=\"" +
         pixels(height) + "\" viewBox=\"0 0 " + pixels(kPictureWidth) + " " + pixels(height) +
         "\" font-family=\"sans-serif\">\n" +
         "<style>.title{font-size:20px;font-weight:bold}.facts{font-size:13px;fill:#57606a}.name{font-size:12px;"
         "font-weight:bold}.shape,.legend{font-size:11px;fill:#57606a}.arrow{stroke:#8c959f;fill:none;"
         "stroke-width:1.4}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" +
         "<text x=\"" + pixels(kEdge) + "\" y=\"30\" class=\"title\">" + escaped(title) + "</text>\n<text x=\"" +
         pixels(kEdge) + "\" y=\"50\" class=\"facts\">" + escaped(facts) + "</text>\n";
}

}  // namespace

std::string network_diagram(const std::string& name, const models::LayerTable& table) {
  const std::vector<Block> blocks = folded(blocks_of(table));
  const auto per_row = static_cast<std::size_t>((kPictureWidth - 2 * kEdge) / kCellWidth);
  const std::size_t rows = (blocks.size() + per_row - 1) / per_row;
  const double height = kTitleHeight + static_cast<double>(rows) * kRowHeight + 40;
  const std::string facts = "input " + shape_label(table.input_shape) + ", " + base::with_thousands(table.parameters) +
                            " parameters, " + pixels(static_cast<double>(table.macs) / 1e6) + " million multiply-adds";
  std::string svg = header(height, name, facts);
  const auto input_side = static_cast<double>(table.input_shape[1]);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::size_t row = i / per_row;
    const std::size_t column = i % per_row;
    const double x = kEdge + static_cast<double>(column) * kCellWidth;
    const double y = kTitleHeight + static_cast<double>(row) * kRowHeight + 14;
    svg += drawn(blocks[i], x, y, input_side);
    if (i + 1 < blocks.size()) svg += arrow(x + kCellWidth, y + kLargestBlock / 2 + 22);
  }
  return svg + legend(height - 18) + "</svg>\n";
}

}  // namespace topfive::engine
