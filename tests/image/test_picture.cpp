// Pictures that note what is to be done, against the same steps done one after the other on pixels.
#include <random>

#include "topfive/image/colour.h"
#include "topfive/image/crop.h"
#include "topfive/image/flip.h"
#include "topfive/image/picture.h"

#include "image/image_files.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::test;
using namespace topfive::image;

namespace {

int below(std::mt19937& random, int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }

// A file of every kind that is decoded in a way of its own.
Bytes random_file(std::mt19937& random, cv::Size size) {
  JpegOptions options;
  options.horizontal_sampling = 1 + below(random, 2);
  options.vertical_sampling = 1 + below(random, 2);
  options.progressive = below(random, 4) == 0;
  switch (below(random, 5)) {
    case 0:
      return make_png(smooth_picture(size, 3));
    case 1:
      return make_jpeg(smooth_picture(size, 1), {.progressive = options.progressive});
    case 2:
      return make_jpeg(smooth_picture(size, 4));
    default:
      return make_jpeg(smooth_picture(size, 3), options);
  }
}

cv::Rect random_window(std::mt19937& random, cv::Size size) {
  const cv::Size part(1 + below(random, size.width), 1 + below(random, size.height));
  return {cv::Point(below(random, size.width - part.width + 1), below(random, size.height - part.height + 1)), part};
}

// The same step on both.
void random_step(std::mt19937& random, Picture& picture, Image& pixels) {
  REQUIRE(picture.size() == pixels.size());
  switch (below(random, 6)) {
    case 0: {
      const cv::Rect window = random_window(random, pixels.size());
      picture.crop(window);
      pixels = crop(pixels, window);
      return;
    }
    case 1: {
      const cv::Rect window(below(random, 9) - 4, below(random, 9) - 4, 1 + below(random, 40), 1 + below(random, 40));
      picture.crop_with_border(window, 77);
      pixels = crop_with_border(pixels, window, 77);
      return;
    }
    case 2:
      picture.mirror();
      pixels = flip_horizontally(pixels);
      return;
    case 3:
      CHECK(same_pixels(picture.pixels(), pixels));
      return;
    default: {
      const cv::Size size(1 + below(random, 60), 1 + below(random, 60));
      const auto& filters = filter_names();
      const bool any = below(random, 4) == 0;
      const Filter filter =
          any ? filters[static_cast<std::size_t>(below(random, static_cast<int>(filters.size())))].second
          : below(random, 2) == 0 ? Filter::kPilBilinear
                                  : Filter::kPilBicubic;
      picture.resize(size, filter);
      if (size != pixels.size()) pixels = resize(pixels, size, filter);
    }
  }
}

}  // namespace

TEST_CASE("steps noted and done at once give the pixels of steps done one by one") {
  std::mt19937 random(31);
  PictureTools tools;
  for (int i = 0; i < 600; ++i) {
    const Bytes file = random_file(random, {1 + below(random, 90), 1 + below(random, 90)});
    OpenOptions options;
    options.channels = below(random, 3) == 0 ? 1 : 3;
    Image pixels = decode(file, options.channels);
    Picture picture(file, options, tools);
    CAPTURE(i, options.channels, pixels.size());
    const int steps = below(random, 6);
    for (int n = 0; n < steps; ++n) random_step(random, picture, pixels);
    REQUIRE(picture.size() == pixels.size());
    if (i % 2 == 0) CHECK(same_pixels(picture.pixels(), pixels));
    Image written(pixels.size(), pixels.type());
    picture.write(written.data);
    CHECK(same_pixels(written, pixels));
  }
}

TEST_CASE("a JPEG is decoded in windows, other files as a whole") {
  PictureTools tools;
  const Bytes jpeg = make_jpeg(smooth_picture({64, 48}, 3));
  Picture window(jpeg, {}, tools);
  window.crop({8, 8, 20, 20});
  CHECK(window.counts().windows == 0);  // nothing is decoded before it is asked for
  CHECK(window.pixels().size() == cv::Size(20, 20));
  CHECK(window.counts().windows == 1);
  CHECK(window.counts().whole == 0);
  const Bytes png = make_png(smooth_picture({64, 48}, 3));
  CHECK(Picture(png, {}, tools).counts().whole == 1);
}

TEST_CASE("a picture is turned as EXIF says only where that is asked for") {
  PictureTools tools;
  const Image stored = smooth_picture({40, 24}, 3);
  const int orientation = GENERATE(range(1, 9));
  const Bytes file = with_exif_orientation(make_jpeg(stored), orientation);
  const Image as_stored = decode(file);
  CHECK(same_pixels(Picture(file, {}, tools).pixels(), as_stored));
  Picture turned(file, {.honour_orientation = true}, tools);
  CHECK(turned.size() == (orientation >= 5 ? cv::Size(24, 40) : cv::Size(40, 24)));
  // The first pixel of the file goes to another corner.
  const cv::Size size = turned.size();
  const cv::Point left_top(0, 0), right_top(size.width - 1, 0), left_bottom(0, size.height - 1);
  const cv::Point right_bottom(size.width - 1, size.height - 1);
  const std::vector<cv::Point> corner = {left_top, right_top, right_bottom, left_bottom,
                                         left_top, right_top, right_bottom, left_bottom};
  CHECK(turned.pixels().at<cv::Vec3b>(corner[static_cast<std::size_t>(orientation - 1)]) ==
        as_stored.at<cv::Vec3b>(0, 0));
}
