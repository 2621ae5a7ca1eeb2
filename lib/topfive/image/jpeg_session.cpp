#include "topfive/image/jpeg_session.h"

#include <algorithm>
#include <string>

// jerror.h needs the types of jpeglib.h.
#include <jerror.h>

namespace topfive::image {
namespace {

struct Nothing {};

// Whether the pixels are those of the file all the same. Python's libraries ignore every warning; after the others
// libjpeg goes on with pixels that it made up.
bool is_harmless(int warning) {
  switch (warning) {
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_TOO_MUCH_DATA:
      return true;
    default:
      return false;
  }
}

void ignore_message(j_common_ptr) {}

// The source manager is made by the first call, and must outlive every picture.
void create(jpeg_decompress_struct& codec, Nothing&) {
  constexpr unsigned char kNoFile = 0;
  jpeg_create_decompress(&codec);
  jpeg_mem_src(&codec, &kNoFile, 1);
}

struct Source {
  const unsigned char* bytes;
  std::size_t size;
};

void read_header(jpeg_decompress_struct& codec, Source& source) {
  jpeg_mem_src(&codec, source.bytes, source.size);
  jpeg_read_header(&codec, TRUE);
}

// Coefficients of all blocks, which libjpeg holds for files of several scans.
std::int64_t coefficient_bytes(const jpeg_decompress_struct& codec) {
  if (codec.progressive_mode == FALSE && codec.comps_in_scan == codec.num_components) return 0;
  std::int64_t samples = 0;
  const std::int64_t widest = codec.max_h_samp_factor;
  const std::int64_t highest = codec.max_v_samp_factor;
  for (int i = 0; i < codec.num_components; ++i) {
    const jpeg_component_info& component = codec.comp_info[i];
    samples += std::int64_t{codec.image_width} * codec.image_height * component.h_samp_factor *
               component.v_samp_factor / (widest * highest);
  }
  return samples * static_cast<std::int64_t>(sizeof(JCOEF));
}

std::string size_text(const jpeg_decompress_struct& codec) {
  return "JPEG of " + std::to_string(codec.image_width) + "x" + std::to_string(codec.image_height) + " pixels";
}

}  // namespace

JpegSession::JpegSession() {
  codec_.err = jpeg_std_error(&errors_);
  errors_.error_exit = fail;
  errors_.emit_message = judge_warning;
  errors_.output_message = ignore_message;
  codec_.client_data = static_cast<JpegArena*>(this);
  Nothing nothing;
  guarded(create, nothing);
  install(codec_);
  progress_.progress_monitor = limit_work;
  codec_.progress = &progress_;
}

JpegSession::~JpegSession() { jpeg_destroy_decompress(&codec_); }

void JpegSession::open(std::span<const std::byte> bytes, std::size_t slack, const DecodeLimits& limits) {
  close();
  forget_tables(codec_);
  limits_ = limits;
  end_ = bytes.data() + bytes.size();
  Source source{reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size() + slack};
  guarded(read_header, source);
  check_header();
}

void JpegSession::close() { jpeg_abort_decompress(&codec_); }

void JpegSession::throw_failure() {
  close();
  throw DecodeError(failure_kind_, failure_.data());
}

void JpegSession::fail(j_common_ptr codec) {
  JpegSession& session = of(codec);
  std::array<char, JMSG_LENGTH_MAX> text{};
  (*codec->err->format_message)(codec, text.data());
  const auto* source = session.codec_.src;
  // What libjpeg calls an unexpected marker may be the slack behind the end.
  const bool truncated =
      codec->err->msg_code == JWRN_JPEG_EOF ||
      (source != nullptr && reinterpret_cast<const std::byte*>(source->next_input_byte) >= session.end_);
  const bool too_large = codec->err->msg_code == JERR_OUT_OF_MEMORY || codec->err->msg_code == JERR_IMAGE_TOO_BIG;
  session.failure_kind_ = too_large ? BadPicture::kTooLarge : truncated ? BadPicture::kTruncated : BadPicture::kDamaged;
  std::snprintf(session.failure_.data(), session.failure_.size(), "%s JPEG: %s", truncated ? "truncated" : "invalid",
                text.data());
  std::longjmp(session.on_failure_, 1);
}

void JpegSession::judge_warning(j_common_ptr codec, int level) {
  if (level < 0 && !is_harmless(codec->err->msg_code)) fail(codec);
}

// A few bytes can make a scan over all blocks; hundreds of them over a large picture take minutes.
void JpegSession::limit_work(j_common_ptr codec) {
  JpegSession& session = of(codec);
  const jpeg_decompress_struct& picture = session.codec_;
  const std::int64_t visited = std::int64_t{picture.input_scan_number} * picture.image_width * picture.image_height;
  if (picture.input_scan_number <= session.limits_.max_scans && visited <= session.limits_.max_scan_pixels) return;
  session.failure_kind_ = BadPicture::kTooLarge;
  if (picture.input_scan_number > session.limits_.max_scans) {
    std::snprintf(session.failure_.data(), session.failure_.size(), "JPEG with more than %d scans",
                  session.limits_.max_scans);
  } else {
    std::snprintf(session.failure_.data(), session.failure_.size(),
                  "JPEG of %ux%u pixels with %d scans or more: too many for its size", picture.image_width,
                  picture.image_height, picture.input_scan_number);
  }
  std::longjmp(session.on_failure_, 1);
}

void JpegSession::check_header() const {
  const std::int64_t pixels = std::int64_t{codec_.image_width} * codec_.image_height;
  if (pixels > limits_.max_pixels) {
    throw DecodeError(BadPicture::kTooLarge,
                      size_text(codec_) + "; at most " + std::to_string(limits_.max_pixels) + " pixels are decoded");
  }
  if (codec_.num_components != 1 && codec_.num_components != 3 && codec_.num_components != 4) {
    throw DecodeError(BadPicture::kUnsupported, "JPEG with " + std::to_string(codec_.num_components) +
                                                    " colour components; 1, 3 and 4 are supported");
  }
  // Pixels as decoded, and what they are converted to: grey and RGB to each other, CMYK to RGB.
  const std::int64_t pixel_bytes = codec_.num_components == 4 ? 7 : 4;
  const std::int64_t bytes = coefficient_bytes(codec_) + pixels * pixel_bytes;
  if (bytes > limits_.max_bytes) {
    throw DecodeError(BadPicture::kTooLarge, size_text(codec_) + " takes " + std::to_string(bytes >> 20) +
                                                 " MiB to decode; at most " + std::to_string(limits_.max_bytes >> 20) +
                                                 " MiB are used");
  }
}

bool has_usual_sampling(const jpeg_decompress_struct& codec) {
  if (codec.num_components == 1) return true;
  const jpeg_component_info* components = codec.comp_info;
  for (int i = 1; i < codec.num_components; ++i) {
    if (components[i].h_samp_factor != 1 || components[i].v_samp_factor != 1) return false;
  }
  return components[0].h_samp_factor <= 2 && components[0].v_samp_factor <= 2;
}

}  // namespace topfive::image
