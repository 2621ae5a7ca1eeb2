#include "topfive/dataset/picture_check.h"

#include <cctype>
#include <charconv>
#include <string_view>

#include "topfive/base/sha256.h"
#include "topfive/dataset/known_files.h"

namespace topfive::dataset {
namespace {

// A rare huge file must not pin its memory in every thread that met one.
constexpr std::size_t kMaxKeptBytes = std::size_t{16} << 20U;

void fail(PictureCheck& check, Problem problem, const std::string& reason) {
  check.problem = problem;
  check.reason = reason;
}

void check_content(const data::RawSample& raw, PictureCheck& check) {
  if (raw.bytes.empty()) return fail(check, Problem::kEmptyFile, "");
  try {
    if (raw.encoded) {
      check.facts = image::probe(raw.bytes);
      image::decode(raw.bytes);
    }
    check.hash = content_hash(raw.bytes);
  } catch (const image::DecodeError& error) {
    fail(check, problem_of(error.kind()), error.what());
  }
}

bool ends_like(std::string_view name, std::string_view ending) {
  if (name.size() < ending.size()) return false;
  const std::string_view end = name.substr(name.size() - ending.size());
  for (std::size_t i = 0; i < end.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(end[i])) != ending[i]) return false;
  }
  return true;
}

// "PNG" where the name says JPEG, and the reverse; empty where they agree or the name says nothing.
std::string contradiction(image::Format format, std::string_view name) {
  const bool jpeg_name = ends_like(name, ".jpg") || ends_like(name, ".jpeg");
  if (format == image::Format::kPng && jpeg_name) return "PNG";
  if (format == image::Format::kJpeg && ends_like(name, ".png")) return "JPEG";
  return "";
}

}  // namespace

ContentHash content_hash(std::span<const std::byte> bytes) {
  base::Sha256 hash;
  hash.update(bytes);
  const std::string digits = hash.finish();
  ContentHash result{};
  for (std::size_t i = 0; i < result.size(); ++i) {
    const char* start = digits.data() + 16 * i;
    std::from_chars(start, start + 16, result[i], 16);
  }
  return result;
}

PictureCheck check_picture(const data::SampleSource& source, std::int64_t index, std::vector<std::byte>& buffer) {
  PictureCheck check;
  try {
    const data::RawSample raw = source.read(index, buffer);
    check.bytes = raw.bytes.size();
    check_content(raw, check);
  } catch (const data::SampleError& error) {
    fail(check, Problem::kUnreadable, error.what());
  }
  if (buffer.capacity() > kMaxKeptBytes) buffer = {};
  return check;
}

void report_picture(const PictureCheck& check, const std::string& name, FindingLog& log) {
  if (check.problem) return log.add(*check.problem, {name, check.reason});
  const std::string_view file = std::string_view(name).substr(name.rfind('/') + 1);
  if (check.facts.is_cmyk()) log.add(Problem::kCmyk, {name, "", is_known_cmyk(file)});
  if (const std::string content = contradiction(check.facts.format, name); !content.empty()) {
    log.add(Problem::kWrongExtension, {name, content + " content", content == "PNG" && is_known_png(file)});
  }
  if (check.facts.orientation != 1) {
    log.add(Problem::kExifRotated, {name, "orientation " + std::to_string(check.facts.orientation)});
  }
}

}  // namespace topfive::dataset
