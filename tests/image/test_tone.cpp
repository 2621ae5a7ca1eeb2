#include <cmath>
#include <set>

#include "topfive/image/enhance.h"
#include "topfive/image/erase.h"
#include "topfive/image/tone.h"

#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::image;
using topfive::base::RandomStream;
using topfive::test::formula_picture;
using topfive::test::same_pixels;

namespace {

Image toned(const Image& from, const ChannelTones& tones) {
  Image to;
  apply_tones(from, tones, to);
  return to;
}

}  // namespace

TEST_CASE("posterizing keeps the highest bits") {
  CHECK(posterize_tone(8)[0xab] == 0xab);
  CHECK(posterize_tone(4)[0xab] == 0xa0);
  CHECK(posterize_tone(1)[0xab] == 0x80);
  CHECK(posterize_tone(0)[0xff] == 0);
}

TEST_CASE("solarizing inverts from the threshold on, solarize_add lightens below the middle") {
  CHECK(solarize_tone(100)[99] == 99);
  CHECK(solarize_tone(100)[100] == 155);
  CHECK(solarize_tone(256)[255] == 255);
  CHECK(solarize_add_tone(110)[127] == 237);
  CHECK(solarize_add_tone(110)[128] == 128);
  CHECK(invert_tone()[7] == 248);
}

TEST_CASE("autocontrast stretches each channel, and leaves one of a single value alone") {
  const Image pale = formula_picture({30, 20}, 3, 4) / 2 + cv::Scalar(50, 60, 70);
  const Image result = toned(pale, autocontrast_tones(pale));
  for (int c = 0; c < 3; ++c) {
    Image channel;
    cv::extractChannel(result, channel, c);
    double least = 0;
    double greatest = 0;
    cv::minMaxLoc(channel, &least, &greatest);
    CHECK((least == 0 && greatest == 255));
  }
  const Image plain(5, 7, CV_8UC3, cv::Scalar(3, 200, 0));
  CHECK(same_pixels(toned(plain, autocontrast_tones(plain)), plain));
  CHECK(same_pixels(toned(plain, equalize_tones(plain)), plain));
}

TEST_CASE("tables of tones work on views, in place, and on grey pictures") {
  const Image picture = formula_picture({40, 30}, 3, 7);
  const Image view = picture(cv::Rect(5, 6, 20, 11));
  CHECK(same_pixels(toned(view, equalize_tones(view)), toned(view.clone(), equalize_tones(view.clone()))));
  Image changed = picture.clone();
  apply_tone(changed, invert_tone(), changed);
  apply_tone(changed, invert_tone(), changed);
  CHECK(same_pixels(changed, picture));
  const Image grey = formula_picture({40, 30}, 1, 7);
  CHECK(toned(grey, autocontrast_tones(grey)).type() == CV_8UC1);
}

TEST_CASE("sharpness and saturation of one change nothing, and small pictures cannot be sharpened") {
  const Image picture = formula_picture({700, 5}, 3, 7);
  Image result;
  sharpen(picture, 1, result);
  CHECK(same_pixels(result, picture));
  saturate(picture, 1, result);
  CHECK(same_pixels(result, picture));
  const Image thin = formula_picture({2, 50}, 3, 7);
  sharpen(thin, 0, result);
  CHECK(same_pixels(result, thin));
}

TEST_CASE("smoothing weights the pixel five times, its neighbours once, and leaves the edges") {
  Image picture(3, 3, CV_8UC1, cv::Scalar(10));
  picture.at<std::uint8_t>(1, 1) = 140;
  picture.at<std::uint8_t>(0, 2) = 90;
  Image result;
  sharpen(picture, 0, result);
  CHECK(result.at<std::uint8_t>(1, 1) == 66);  // (5 * 140 + 90 + 7 * 10) / 13 = 66.15
  CHECK(result.at<std::uint8_t>(0, 2) == 90);
}

TEST_CASE("noise has the mean and the deviation that it should, and is the same for the same stream") {
  const std::array<NoiseLevels, 3> levels = {{{100, 20}, {130, 10}, {0, 50}}};
  Image noise(200, 300, CV_8UC3, cv::Scalar::all(0));
  erase(noise, {0, 0, 300, 200}, levels, RandomStream(1, 2, 3));
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(noise, mean, deviation);
  CHECK(mean[0] == Approx(100).margin(0.5));  // 5 sigma of 60,000 draws are 0.4
  CHECK(deviation[0] == Approx(20).margin(0.4));
  CHECK(mean[1] == Approx(130).margin(0.3));
  CHECK(deviation[1] == Approx(10).margin(0.3));
  CHECK(mean[2] == Approx(50 / std::sqrt(2 * 3.14159265)).margin(0.7));  // half of them are 0
  Image again(200, 300, CV_8UC3, cv::Scalar::all(0));
  erase(again, {0, 0, 300, 200}, levels, RandomStream(1, 2, 3));
  CHECK(same_pixels(noise, again));
}

TEST_CASE("erasing stays inside its window") {
  const bool with_noise = GENERATE(false, true);
  Image picture(20, 30, CV_8UC3, cv::Scalar::all(255));
  const cv::Rect window(4, 5, 6, 7);
  if (with_noise) {
    erase(picture, window, {{{100, 1}, {100, 1}, {100, 1}}}, RandomStream(1, 2, 3));
  } else {
    erase(picture, window, Colour{1, 2, 3});
  }
  CHECK(cv::countNonZero(picture.reshape(1) != 255) == 3 * window.area());
  CHECK(cv::countNonZero(picture(window).clone().reshape(1) != 255) == 3 * window.area());
}
