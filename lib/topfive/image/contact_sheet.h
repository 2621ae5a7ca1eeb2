// Many small pictures on one large one, with captions: for people to look at.
#pragma once

#include <string>
#include <vector>

#include "topfive/image/image.h"

namespace topfive::image {

struct SheetRow {
  std::string caption;          // above the row; what is not printable ASCII shows as '?', what is too long is cut
  std::vector<Image> pictures;  // grey or RGB, of any size; an empty one leaves its place free
};

// Every picture is scaled to fit a square of `cell` pixels (Pillow's bilinear filter; never enlarged) and lies in its
// middle on a dark ground. RGB. Equal input gives equal pixels. At least one row with one picture, cell >= 16.
Image contact_sheet(const std::vector<SheetRow>& rows, int cell);

}  // namespace topfive::image
