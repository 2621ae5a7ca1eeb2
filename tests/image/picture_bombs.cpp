#include "image/picture_bombs.h"

#include <algorithm>
#include <array>

#include <zlib.h>

#include "image/picture.h"

namespace topfive::test {
namespace {

using Size = std::pair<int, int>;

std::string size_name(Size size) { return std::to_string(size.first) + "x" + std::to_string(size.second); }

// A zlib stream of so many zeros, made without ever holding them.
Bytes deflated_zeros(std::uint64_t count) {
  z_stream stream{};
  deflateInit(&stream, Z_BEST_SPEED);
  std::vector<Bytef> zeros(std::size_t{1} << 20U);
  Bytes packed;
  std::vector<Bytef> part(std::size_t{1} << 16U);
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    if (stream.avail_in == 0 && count > 0) {
      stream.next_in = zeros.data();
      stream.avail_in = static_cast<uInt>(std::min<std::uint64_t>(count, zeros.size()));
      count -= stream.avail_in;
    }
    stream.next_out = part.data();
    stream.avail_out = static_cast<uInt>(part.size());
    state = ::deflate(&stream, count == 0 && stream.avail_in == 0 ? Z_FINISH : Z_NO_FLUSH);
    const auto* start = reinterpret_cast<const std::byte*>(part.data());
    packed.insert(packed.end(), start, start + (part.size() - stream.avail_out));
  }
  deflateEnd(&stream);
  return packed;
}

struct PngForm {
  const char* name;
  int bits;
  int colour_type;
  std::uint64_t samples;
  bool interlaced;
};

Bytes png_of_zeros(Size size, const PngForm& form) {
  const auto width = static_cast<std::uint64_t>(size.first);
  const auto height = static_cast<std::uint64_t>(size.second);
  const std::uint64_t row = 1 + (width * form.samples * static_cast<std::uint64_t>(form.bits) + 7) / 8;
  Bytes header =
      png_header(static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height), form.bits, form.colour_type);
  header[12] = form.interlaced ? std::byte{1} : std::byte{0};
  std::vector<PngChunk> chunks = {{"IHDR", header}};
  if (form.colour_type == 3) chunks.push_back({"PLTE", to_bytes({1, 2, 3})});
  // Interlaced rows are more and shorter; a few bytes too many do no harm to a decoder.
  chunks.push_back({"IDAT", deflated_zeros(row * height + (form.interlaced ? 4 * height : 0))});
  chunks.push_back({"IEND", {}});
  return make_png(chunks);
}

void add_claimed_jpegs(std::vector<Bomb>& bombs) {
  for (const Size& size : {Size{65500, 65500}, {65500, 1360}, {30000, 2900}, {9400, 9400}, {1, 65500}, {65500, 1}}) {
    for (const int channels : {1, 3, 4}) {
      for (const bool progressive : {false, true}) {
        bombs.push_back(
            {"JPEG that claims " + size_name(size) + ", " + std::to_string(channels) + " components" +
                 (progressive ? ", progressive" : ""),
             [=] {
               const auto tiny = make_jpeg(smooth_picture({16, 16}, channels), {.progressive = progressive});
               return with_jpeg_size(tiny, size.first, size.second);
             }});
      }
    }
  }
}

void add_flat_jpegs(std::vector<Bomb>& bombs) {
  for (const int channels : {1, 3}) {
    bombs.push_back({"flat JPEG of 9400x9400, " + std::to_string(channels) + " components",
                     [=] { return make_jpeg(image::Image(9400, 9400, CV_8UC(channels), cv::Scalar::all(99))); }});
  }
  for (const auto& [side, scans] : {std::pair{400, 501}, {1000, 490}, {3000, 400}, {8000, 40}, {16, 20'000}}) {
    bombs.push_back({"flat progressive JPEG of " + size_name({side, side}) + " in " + std::to_string(scans) + " scans",
                     [side = side, scans = scans] {
                       const image::Image flat(side, side, CV_8UC1, cv::Scalar::all(99));
                       return repeat_last_scan(make_jpeg(flat, {.progressive = true}), scans);
                     }});
  }
}

void add_pngs(std::vector<Bomb>& bombs) {
  constexpr std::array<PngForm, 7> kForms = {{{"RGB", 8, 2, 3, false},
                                              {"RGBA", 8, 6, 4, false},
                                              {"16-bit RGBA", 16, 6, 4, false},
                                              {"grey", 8, 0, 1, false},
                                              {"1-bit palette", 1, 3, 1, false},
                                              {"interlaced RGB", 8, 2, 3, true},
                                              {"interlaced 16-bit grey", 16, 0, 1, true}}};
  for (const PngForm& form : kForms) {
    for (const Size& size : {Size{9400, 9400}, {6000, 6000}, {1'000'000, 80}, {80, 1'000'000}}) {
      bombs.push_back(
          {std::string(form.name) + " PNG of " + size_name(size), [=] { return png_of_zeros(size, form); }});
    }
  }
}

void add_odd_pngs(std::vector<Bomb>& bombs) {
  bombs.push_back({"PNG one pixel wide and 89 million high", [] {
                     const Bytes header = png_header(1, 89'000'000, 8, 2);
                     return make_png(std::vector<PngChunk>{{"IHDR", header}, {"IDAT", {}}, {"IEND", {}}});
                   }});
  bombs.push_back({"PNG with a bomb as its colour profile", [] {
                     auto chunks = split_png(make_png(smooth_picture({9, 9}, 3)));
                     Bytes profile = to_bytes({'x', 0, 0});
                     const Bytes zeros = deflated_zeros(2'000'000'000);
                     profile.insert(profile.end(), zeros.begin(), zeros.end());
                     chunks.insert(chunks.begin() + 1, {"iCCP", profile});
                     return make_png(chunks);
                   }});
  bombs.push_back({"PNG with a hundred thousand empty chunks of pixels", [] {
                     auto chunks = split_png(make_png(smooth_picture({9, 9}, 3)));
                     chunks.insert(chunks.begin() + 1, 100'000, {"IDAT", {}});
                     return make_png(chunks);
                   }});
}

}  // namespace

std::vector<Bomb> picture_bombs() {
  std::vector<Bomb> bombs;
  add_claimed_jpegs(bombs);
  add_flat_jpegs(bombs);
  add_pngs(bombs);
  add_odd_pngs(bombs);
  return bombs;
}

Bytes interlaced_rows(const image::Image& rgb) {
  struct Pass {
    int x, y, step_x, step_y;
  };
  constexpr std::array<Pass, 7> kPasses = {
      {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}};
  Bytes rows;
  for (const Pass& pass : kPasses) {
    if (pass.x >= rgb.cols) continue;
    for (int y = pass.y; y < rgb.rows; y += pass.step_y) {
      rows.push_back(std::byte{0});
      for (int x = pass.x; x < rgb.cols; x += pass.step_x) {
        for (int c = 0; c < 3; ++c) rows.push_back(std::byte{rgb.at<cv::Vec3b>(y, x)[c]});
      }
    }
  }
  return rows;
}

}  // namespace topfive::test
