#include "topfive/image/contact_sheet.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "topfive/image/colour.h"
#include "topfive/image/resize.h"

namespace topfive::image {
namespace {

constexpr int kGap = 4;
constexpr int kCaptionHeight = 18;
constexpr double kFontScale = 0.4;
constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
const cv::Scalar kGround(24, 24, 24);
const cv::Scalar kInk(235, 235, 235);

std::string printable_ascii(const std::string& text) {
  std::string shown = text;
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return shown;
}

// Cut to the width, in pixels.
std::string fitting(std::string text, int width) {
  int baseline = 0;
  while (!text.empty() && cv::getTextSize(text, kFont, kFontScale, 1, &baseline).width > width) text.pop_back();
  return text;
}

Image fit_into(const Image& picture, int cell) {
  const Image rgb = picture.channels() == 1 ? grey_to_rgb(picture) : picture;
  const double factor = static_cast<double>(cell) / std::max(rgb.cols, rgb.rows);
  if (factor >= 1.0) return rgb;
  const auto scaled = [factor](int side) { return std::max(1, static_cast<int>(std::lround(side * factor))); };
  return resize(rgb, {scaled(rgb.cols), scaled(rgb.rows)}, Filter::kPilBilinear);
}

void place(const Image& picture, int left, int top, int cell, Image& sheet) {
  const Image fitted = fit_into(picture, cell);
  const cv::Rect window(left + (cell - fitted.cols) / 2, top + (cell - fitted.rows) / 2, fitted.cols, fitted.rows);
  fitted.copyTo(sheet(window));
}

void draw_row(const SheetRow& row, int top, int cell, Image& sheet) {
  const std::string caption = fitting(printable_ascii(row.caption), sheet.cols - 2 * kGap);
  cv::putText(sheet, caption, {kGap, top + kCaptionHeight - 5}, kFont, kFontScale, kInk, 1, cv::LINE_AA);
  int left = kGap;
  for (const Image& picture : row.pictures) {
    if (!picture.empty()) place(picture, left, top + kCaptionHeight, cell, sheet);
    left += cell + kGap;
  }
}

}  // namespace

Image contact_sheet(const std::vector<SheetRow>& rows, int cell) {
  std::size_t columns = 0;
  for (const SheetRow& row : rows) columns = std::max(columns, row.pictures.size());
  assert(columns > 0 && cell >= 16);
  const int row_height = kCaptionHeight + cell + kGap;
  Image sheet(static_cast<int>(rows.size()) * row_height + kGap, static_cast<int>(columns) * (cell + kGap) + kGap,
              CV_8UC3, kGround);
  int top = 0;
  for (const SheetRow& row : rows) {
    draw_row(row, top, cell, sheet);
    top += row_height;
  }
  return sheet;
}

}  // namespace topfive::image
