#include "topfive/dataset/preview.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <ostream>

#include "topfive/base/files.h"
#include "topfive/base/permutation.h"
#include "topfive/data/open_source.h"
#include "topfive/data/printable.h"
#include "topfive/dataset/picture_loader.h"
#include "topfive/dataset/split_parts.h"
#include "topfive/image/colour.h"
#include "topfive/image/contact_sheet.h"
#include "topfive/image/decode.h"
#include "topfive/image/encode.h"

namespace topfive::dataset {
namespace {

constexpr int kLargestCell = 256;
constexpr int kSmallestCell = 64;

// As the device adds it, back in 8 bits.
image::Image with_colour_shift(const image::Image& picture, const std::array<float, 3>& shift) {
  image::Image shifted = picture.clone();
  if (shifted.channels() != 3) return shifted;
  for (int y = 0; y < shifted.rows; ++y) {
    auto* row = shifted.ptr<std::uint8_t>(y);
    for (int i = 0; i < 3 * shifted.cols; ++i) {
      const float value = static_cast<float>(row[i]) + 255.0F * shift[static_cast<std::size_t>(i % 3)];
      row[i] = static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 255.0F)));
    }
  }
  return shifted;
}

image::SheetRow sheet_row(const data::SampleSource& source, std::int64_t index, const PreviewRequest& request,
                          SamplePreview& preview) {
  const std::string& class_name = source.class_names()[static_cast<std::size_t>(source.label(index))];
  image::SheetRow row{class_name + "   " + source.name(index), {}};
  row.pictures.resize(static_cast<std::size_t>(request.columns));
  try {
    std::vector<std::byte> buffer;
    row.pictures[0] = load_picture(source, index, request.data.channels, buffer);
    for (std::size_t column = 1; column < row.pictures.size(); ++column) {
      const image::Image& drawn = preview.draw(index, static_cast<std::int64_t>(column) - 1);
      row.pictures[column] = with_colour_shift(drawn, preview.colour_shift());
    }
  } catch (const data::SampleError& error) {
    row.caption += "   cannot be read: " + std::string(error.what());
  } catch (const image::DecodeError& error) {
    row.caption += "   cannot be decoded: " + std::string(error.what());
  }
  return row;
}

std::unique_ptr<data::SampleSource> open_split(const PreviewRequest& request) {
  require_data_directory(request.directory);
  const auto splits = splits_named(request.split);
  if (splits.size() != 1) {
    throw base::UserError(base::ExitCode::kUsage, "--split: a preview is of one split; name train or val");
  }
  return data::open_source(request.data, request.directory, splits.front());
}

}  // namespace

image::Image preview_sheet(const PreviewRequest& request) {
  const auto source = open_split(request);
  std::optional<cv::Size> fixed;
  if (const auto size = source->fixed_height_width()) fixed = cv::Size(size->second, size->first);
  const augment::Pipeline pipeline(request.transforms, "augment.train", request.data.channels, fixed);
  SamplePreview preview(*source, pipeline, request.data.channels, request.seed);
  const auto size = static_cast<std::uint64_t>(source->size());
  const base::EpochPermutation order(size, request.seed, 0);
  std::vector<image::SheetRow> rows;
  for (std::uint64_t i = 0; i < std::min(size, static_cast<std::uint64_t>(request.rows)); ++i) {
    rows.push_back(sheet_row(*source, static_cast<std::int64_t>(order(i)), request, preview));
  }
  const int side = std::max(pipeline.output_size().width, pipeline.output_size().height);
  return image::contact_sheet(rows, std::clamp(side, kSmallestCell, kLargestCell));
}

base::ExitCode run_preview(const PreviewRequest& request, std::ostream& out) {
  const image::Image sheet = preview_sheet(request);
  const std::vector<std::byte> file = image::encode_png(sheet);
  base::write_file_atomically(request.out, {reinterpret_cast<const char*>(file.data()), file.size()});
  out << data::printable(request.out.string()) << ": " << sheet.cols << " x " << sheet.rows
      << " pixels; a row a picture: as stored, then as epochs 0 to " << request.columns - 2 << " show it\n";
  return base::ExitCode::kOk;
}

}  // namespace topfive::dataset
