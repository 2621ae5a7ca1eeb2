// A decoded picture as a source of rows.
#pragma once

#include <cstring>
#include <vector>

#include "topfive/image/image.h"
#include "topfive/image/row_source.h"

namespace topfive::image {

// Borrows the pixels. One per thread, reused: only its row buffer is kept.
class MatrixRows final : public RowSource {
 public:
  // The rows of a window inside the picture.
  void begin(const Image& image, const cv::Rect& window) {
    view_ = image(window);
    y_ = 0;
    row_.resize(static_cast<std::size_t>(window.width) * image.elemSize() + kRowPadding);
  }
  const std::uint8_t* next_row() override {
    std::memcpy(row_.data(), view_.ptr(y_++), row_.size() - kRowPadding);
    return row_.data();
  }

 private:
  Image view_;
  int y_ = 0;
  std::vector<std::uint8_t> row_;
};

}  // namespace topfive::image
