#include "topfive/augment/pixel_op.h"

#include "topfive/image/enhance.h"
#include "topfive/image/tone.h"

namespace topfive::augment {
namespace {

using image::Image;

void warp(const image::InverseAffine& map, const image::AffineOptions& options, image::Picture& picture) {
  picture.change_pixels([&](const Image& from, Image& to) { image::affine(from, map, options, to); });
}

// Of operations that one table describes.
template <class MakeTone>
void change_tone(image::Picture& picture, const MakeTone& make_tone) {
  picture.change_pixels([&](const Image& from, Image& to) { image::apply_tone(from, make_tone(from), to); });
}

template <class MakeTones>
void change_tones(image::Picture& picture, const MakeTones& make_tones) {
  picture.change_pixels([&](const Image& from, Image& to) { image::apply_tones(from, make_tones(from), to); });
}

bool changes_nothing(const PixelOp& op) {
  switch (op.op) {
    case Op::kIdentity:
      return true;
    case Op::kShearX:
    case Op::kShearY:
    case Op::kTranslateX:
    case Op::kTranslateY:
    case Op::kRotate:
    case Op::kSolarizeAdd:
      return op.argument == 0;
    case Op::kBrightness:
    case Op::kColour:
    case Op::kContrast:
    case Op::kSharpness:
      return op.argument == 1;
    case Op::kPosterize:
      return op.argument >= 8;
    case Op::kSolarize:
      return op.argument > 255;
    case Op::kAutoContrast:
    case Op::kEqualize:
    case Op::kInvert:
      return false;
  }
  return false;
}

void apply_geometry(const PixelOp& op, const image::AffineOptions& options, image::Picture& picture) {
  switch (op.op) {
    case Op::kShearX:
      return warp(image::shear_rows(op.argument), options, picture);
    case Op::kShearY:
      return warp(image::shear_columns(op.argument), options, picture);
    case Op::kTranslateX:
      return warp(image::translation(op.argument, 0), options, picture);
    case Op::kTranslateY:
      return warp(image::translation(0, op.argument), options, picture);
    case Op::kRotate:
      return warp(image::rotation(op.argument, picture.size()), options, picture);
    default:
      return;
  }
}

void apply_colour(const PixelOp& op, image::Picture& picture) {
  const auto factor = static_cast<float>(op.argument);
  const int whole = static_cast<int>(op.argument);
  switch (op.op) {
    case Op::kBrightness:
      return change_tone(picture, [&](const Image&) { return image::brightness_tone(factor); });
    case Op::kColour:
      return picture.change_pixels([&](const Image& from, Image& to) { image::saturate(from, factor, to); });
    case Op::kContrast:
      return change_tone(picture, [&](const Image& from) { return image::contrast_tone(from, factor); });
    case Op::kSharpness:
      return picture.change_pixels([&](const Image& from, Image& to) { image::sharpen(from, factor, to); });
    case Op::kPosterize:
      return change_tone(picture, [&](const Image&) { return image::posterize_tone(whole); });
    case Op::kSolarize:
      return change_tone(picture, [&](const Image&) { return image::solarize_tone(op.argument); });
    case Op::kAutoContrast:
      return change_tones(picture, image::autocontrast_tones);
    case Op::kEqualize:
      return change_tones(picture, image::equalize_tones);
    case Op::kInvert:
      return change_tone(picture, [](const Image&) { return image::invert_tone(); });
    case Op::kSolarizeAdd:
      return change_tone(picture, [&](const Image&) { return image::solarize_add_tone(whole); });
    default:
      return;
  }
}

}  // namespace

const std::vector<std::pair<std::string, Op>>& op_names() {
  static const std::vector<std::pair<std::string, Op>> kNames = {
      {"Identity", Op::kIdentity},         {"ShearX", Op::kShearX},         {"ShearY", Op::kShearY},
      {"TranslateX", Op::kTranslateX},     {"TranslateY", Op::kTranslateY}, {"Rotate", Op::kRotate},
      {"Brightness", Op::kBrightness},     {"Color", Op::kColour},          {"Contrast", Op::kContrast},
      {"Sharpness", Op::kSharpness},       {"Posterize", Op::kPosterize},   {"Solarize", Op::kSolarize},
      {"AutoContrast", Op::kAutoContrast}, {"Equalize", Op::kEqualize},     {"Invert", Op::kInvert},
      {"SolarizeAdd", Op::kSolarizeAdd}};
  return kNames;
}

void apply(const PixelOp& op, const image::AffineOptions& options, image::Picture& picture) {
  if (changes_nothing(op)) return;
  apply_geometry(op, options, picture);
  apply_colour(op, picture);
}

}  // namespace topfive::augment
