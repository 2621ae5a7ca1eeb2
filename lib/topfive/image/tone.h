// Changes of grey levels that look at one value at a time: a table of 256 entries says everything.
//
// Tables follow Pillow's ImageOps and ImageEnhance bit for bit; torchvision's functions on uint8 tensors give the same
// up to one grey level (it cuts the luma where Pillow rounds it, and computes in float32). Thread-safe.
#pragma once

#include <array>
#include <cstdint>

#include "topfive/image/image.h"

namespace topfive::image {

using ToneTable = std::array<std::uint8_t, 256>;
using ChannelTones = std::array<ToneTable, 3>;  // of a grey picture the first counts

// Factors are >= 0; 1 changes nothing, 0 gives black or the picture's mean grey, above 1 is extrapolated and clipped.
ToneTable brightness_tone(float factor);
ToneTable contrast_tone(const Image& image, float factor);
ToneTable posterize_tone(int bits);         // keeps the highest bits, 0 to 8
ToneTable solarize_tone(double threshold);  // inverts values from the threshold on
ToneTable solarize_add_tone(int amount);    // adds to values below 128, clipped
ToneTable invert_tone();
// Each channel's least value becomes 0, its greatest 255.
ChannelTones autocontrast_tones(const Image& image);
// Each channel's values become equally frequent, as far as that goes.
ChannelTones equalize_tones(const Image& image);

// `to` becomes a picture of the same size and type; it may be `from` itself.
void apply_tone(const Image& from, const ToneTable& tone, Image& to);
void apply_tones(const Image& from, const ChannelTones& tones, Image& to);

}  // namespace topfive::image
