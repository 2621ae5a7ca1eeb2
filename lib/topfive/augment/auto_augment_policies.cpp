#include "topfive/augment/auto_augment.h"

namespace topfive::augment {
namespace {

// The tables of the paper's appendix, in torchvision's order.
constexpr Policy kImagenet = {{
    {{{Op::kPosterize, 0.4, 8}, {Op::kRotate, 0.6, 9}}},  {{{Op::kSolarize, 0.6, 5}, {Op::kAutoContrast, 0.6, 0}}},
    {{{Op::kEqualize, 0.8, 0}, {Op::kEqualize, 0.6, 0}}}, {{{Op::kPosterize, 0.6, 7}, {Op::kPosterize, 0.6, 6}}},
    {{{Op::kEqualize, 0.4, 0}, {Op::kSolarize, 0.2, 4}}}, {{{Op::kEqualize, 0.4, 0}, {Op::kRotate, 0.8, 8}}},
    {{{Op::kSolarize, 0.6, 3}, {Op::kEqualize, 0.6, 0}}}, {{{Op::kPosterize, 0.8, 5}, {Op::kEqualize, 1.0, 0}}},
    {{{Op::kRotate, 0.2, 3}, {Op::kSolarize, 0.6, 8}}},   {{{Op::kEqualize, 0.6, 0}, {Op::kPosterize, 0.4, 6}}},
    {{{Op::kRotate, 0.8, 8}, {Op::kColour, 0.4, 0}}},     {{{Op::kRotate, 0.4, 9}, {Op::kEqualize, 0.6, 0}}},
    {{{Op::kEqualize, 0.0, 0}, {Op::kEqualize, 0.8, 0}}}, {{{Op::kInvert, 0.6, 0}, {Op::kEqualize, 1.0, 0}}},
    {{{Op::kColour, 0.6, 4}, {Op::kContrast, 1.0, 8}}},   {{{Op::kRotate, 0.8, 8}, {Op::kColour, 1.0, 2}}},
    {{{Op::kColour, 0.8, 8}, {Op::kSolarize, 0.8, 7}}},   {{{Op::kSharpness, 0.4, 7}, {Op::kInvert, 0.6, 0}}},
    {{{Op::kShearX, 0.6, 5}, {Op::kEqualize, 1.0, 0}}},   {{{Op::kColour, 0.4, 0}, {Op::kEqualize, 0.6, 0}}},
    {{{Op::kEqualize, 0.4, 0}, {Op::kSolarize, 0.2, 4}}}, {{{Op::kSolarize, 0.6, 5}, {Op::kAutoContrast, 0.6, 0}}},
    {{{Op::kInvert, 0.6, 0}, {Op::kEqualize, 1.0, 0}}},   {{{Op::kColour, 0.6, 4}, {Op::kContrast, 1.0, 8}}},
    {{{Op::kEqualize, 0.8, 0}, {Op::kEqualize, 0.6, 0}}},
}};

constexpr Policy kCifar10 = {{
    {{{Op::kInvert, 0.1, 0}, {Op::kContrast, 0.2, 6}}},
    {{{Op::kRotate, 0.7, 2}, {Op::kTranslateX, 0.3, 9}}},
    {{{Op::kSharpness, 0.8, 1}, {Op::kSharpness, 0.9, 3}}},
    {{{Op::kShearY, 0.5, 8}, {Op::kTranslateY, 0.7, 9}}},
    {{{Op::kAutoContrast, 0.5, 0}, {Op::kEqualize, 0.9, 0}}},
    {{{Op::kShearY, 0.2, 7}, {Op::kPosterize, 0.3, 7}}},
    {{{Op::kColour, 0.4, 3}, {Op::kBrightness, 0.6, 7}}},
    {{{Op::kSharpness, 0.3, 9}, {Op::kBrightness, 0.7, 9}}},
    {{{Op::kEqualize, 0.6, 0}, {Op::kEqualize, 0.5, 0}}},
    {{{Op::kContrast, 0.6, 7}, {Op::kSharpness, 0.6, 5}}},
    {{{Op::kColour, 0.7, 7}, {Op::kTranslateX, 0.5, 8}}},
    {{{Op::kEqualize, 0.3, 0}, {Op::kAutoContrast, 0.4, 0}}},
    {{{Op::kTranslateY, 0.4, 3}, {Op::kSharpness, 0.2, 6}}},
    {{{Op::kBrightness, 0.9, 6}, {Op::kColour, 0.2, 8}}},
    {{{Op::kSolarize, 0.5, 2}, {Op::kInvert, 0.0, 0}}},
    {{{Op::kEqualize, 0.2, 0}, {Op::kAutoContrast, 0.6, 0}}},
    {{{Op::kEqualize, 0.2, 0}, {Op::kEqualize, 0.6, 0}}},
    {{{Op::kColour, 0.9, 9}, {Op::kEqualize, 0.6, 0}}},
    {{{Op::kAutoContrast, 0.8, 0}, {Op::kSolarize, 0.2, 8}}},
    {{{Op::kBrightness, 0.1, 3}, {Op::kColour, 0.7, 0}}},
    {{{Op::kSolarize, 0.4, 5}, {Op::kAutoContrast, 0.9, 0}}},
    {{{Op::kTranslateY, 0.9, 9}, {Op::kTranslateY, 0.7, 9}}},
    {{{Op::kAutoContrast, 0.9, 0}, {Op::kSolarize, 0.8, 3}}},
    {{{Op::kEqualize, 0.8, 0}, {Op::kInvert, 0.1, 0}}},
    {{{Op::kTranslateY, 0.7, 9}, {Op::kAutoContrast, 0.9, 0}}},
}};

constexpr Policy kSvhn = {{
    {{{Op::kShearX, 0.9, 4}, {Op::kInvert, 0.2, 0}}},       {{{Op::kShearY, 0.9, 8}, {Op::kInvert, 0.7, 0}}},
    {{{Op::kEqualize, 0.6, 0}, {Op::kSolarize, 0.6, 6}}},   {{{Op::kInvert, 0.9, 0}, {Op::kEqualize, 0.6, 0}}},
    {{{Op::kEqualize, 0.6, 0}, {Op::kRotate, 0.9, 3}}},     {{{Op::kShearX, 0.9, 4}, {Op::kAutoContrast, 0.8, 0}}},
    {{{Op::kShearY, 0.9, 8}, {Op::kInvert, 0.4, 0}}},       {{{Op::kShearY, 0.9, 5}, {Op::kSolarize, 0.2, 6}}},
    {{{Op::kInvert, 0.9, 0}, {Op::kAutoContrast, 0.8, 0}}}, {{{Op::kEqualize, 0.6, 0}, {Op::kRotate, 0.9, 3}}},
    {{{Op::kShearX, 0.9, 4}, {Op::kSolarize, 0.3, 3}}},     {{{Op::kShearY, 0.8, 8}, {Op::kInvert, 0.7, 0}}},
    {{{Op::kEqualize, 0.9, 0}, {Op::kTranslateY, 0.6, 6}}}, {{{Op::kInvert, 0.9, 0}, {Op::kEqualize, 0.6, 0}}},
    {{{Op::kContrast, 0.3, 3}, {Op::kRotate, 0.8, 4}}},     {{{Op::kInvert, 0.8, 0}, {Op::kTranslateY, 0.0, 2}}},
    {{{Op::kShearY, 0.7, 6}, {Op::kSolarize, 0.4, 8}}},     {{{Op::kInvert, 0.6, 0}, {Op::kRotate, 0.8, 4}}},
    {{{Op::kShearY, 0.3, 7}, {Op::kTranslateX, 0.9, 3}}},   {{{Op::kShearX, 0.1, 6}, {Op::kInvert, 0.6, 0}}},
    {{{Op::kSolarize, 0.7, 2}, {Op::kTranslateY, 0.6, 7}}}, {{{Op::kShearY, 0.8, 4}, {Op::kInvert, 0.8, 0}}},
    {{{Op::kShearX, 0.7, 9}, {Op::kTranslateY, 0.8, 3}}},   {{{Op::kShearY, 0.8, 5}, {Op::kAutoContrast, 0.7, 0}}},
    {{{Op::kShearX, 0.7, 2}, {Op::kInvert, 0.1, 0}}},
}};

}  // namespace

const Policy& auto_augment_policy(AutoAugmentPolicy policy) {
  switch (policy) {
    case AutoAugmentPolicy::kImagenet:
      return kImagenet;
    case AutoAugmentPolicy::kCifar10:
      return kCifar10;
    case AutoAugmentPolicy::kSvhn:
      return kSvhn;
  }
  return kImagenet;
}

}  // namespace topfive::augment
