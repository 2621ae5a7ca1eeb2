#include "topfive/data/gzip.h"

#include <algorithm>
#include <array>
#include <new>

#include <zlib.h>

#include "topfive/base/error.h"

namespace topfive::data {

struct GzipReader::State {
  z_stream stream{};
  bool ended = false;
};

GzipReader::GzipReader(std::span<const std::byte> compressed, std::string name)
    : name_(std::move(name)), state_(std::make_unique<State>()) {
  z_stream& stream = state_->stream;
  // zlib never writes through next_in; its type lacks the const only without ZLIB_CONST.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(compressed.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(compressed.size());
  constexpr int kGzipWrapper = 16;  // added to the window bits: accept gzip only
  if (inflateInit2(&stream, MAX_WBITS + kGzipWrapper) != Z_OK) throw std::bad_alloc();
}

GzipReader::~GzipReader() { inflateEnd(&state_->stream); }

void GzipReader::fail(const std::string& what) const {
  throw base::UserError(base::ExitCode::kBadData, name_ + ": " + what + "; download the file again");
}

std::size_t GzipReader::read_some(std::span<std::byte> out) {
  z_stream& stream = state_->stream;
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  while (stream.avail_out > 0 && !state_->ended) {
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      state_->ended = true;
    } else if (status == Z_BUF_ERROR) {
      fail("the gzip file is truncated");
    } else if (status != Z_OK) {
      fail("the gzip file is corrupt");
    }
  }
  return out.size() - stream.avail_out;
}

void GzipReader::read(std::span<std::byte> out) {
  if (read_some(out) < out.size()) fail("the gzip content is shorter than its header says");
}

void GzipReader::expect_end() {
  z_stream& stream = state_->stream;
  std::array<Bytef, 1> surplus{};
  stream.next_out = surplus.data();
  stream.avail_out = 1;
  const int status = state_->ended ? Z_STREAM_END : inflate(&stream, Z_NO_FLUSH);
  if (stream.avail_out == 0) fail("the gzip content is longer than its header says");
  if (status == Z_BUF_ERROR || status == Z_OK) fail("the gzip file is truncated");
  if (status != Z_STREAM_END) fail("the gzip file is corrupt");
  if (stream.avail_in > 0) fail("the gzip file has bytes after its end");
}

std::vector<std::byte> unfold_gzip(std::span<const std::byte> compressed, const std::string& name,
                                   std::uint64_t max_bytes) {
  constexpr std::size_t kStep = std::size_t{1} << 20U;
  GzipReader reader(compressed, name);
  std::vector<std::byte> content;
  std::size_t got = 0;
  do {
    content.resize(static_cast<std::size_t>(std::min<std::uint64_t>(got + kStep, max_bytes)));
    const std::size_t more = reader.read_some(std::span(content).subspan(got));
    if (more == 0) break;
    got += more;
  } while (got < max_bytes);
  content.resize(got);
  reader.expect_end();
  return content;
}

}  // namespace topfive::data
