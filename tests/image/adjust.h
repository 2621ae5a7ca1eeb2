// One operation on colours, of a picture into a new one: the form in which the tests compare them.
#pragma once

#include <cassert>

#include "topfive/image/enhance.h"
#include "topfive/image/tone.h"

namespace topfive::test {

inline image::Image adjust_brightness(const image::Image& picture, float factor) {
  image::Image result;
  image::apply_tone(picture, image::brightness_tone(factor), result);
  return result;
}

inline image::Image adjust_contrast(const image::Image& picture, float factor) {
  image::Image result;
  image::apply_tone(picture, image::contrast_tone(picture, factor), result);
  return result;
}

inline image::Image adjust_saturation(const image::Image& rgb, float factor) {
  assert(rgb.type() == CV_8UC3);
  image::Image result;
  image::saturate(rgb, factor, result);
  return result;
}

}  // namespace topfive::test
