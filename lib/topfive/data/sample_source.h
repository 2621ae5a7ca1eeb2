// Where samples come from: a finite, indexed collection of labelled pictures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace topfive::data {

// One sample that cannot be read. The text says why; the name comes from SampleSource::name().
class SampleError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What a source delivers: the bytes of an image file, or pixels that need no decoding.
struct RawSample {
  bool encoded = true;               // JPEG or PNG bytes; otherwise pixels, height x width x channels
  std::span<const std::byte> bytes;  // lives as long as the source and the buffer passed to read()
  int height = 0;                    // only where not encoded
  int width = 0;
  int channels = 0;
  // Only where encoded: readable bytes after the end, all of JPEG end markers. With kDecoderSlack of them the decoder
  // keeps its fast path to the last byte.
  std::size_t slack = 0;
  // Only where encoded: the checksum of the bytes, where the source has computed it anyway.
  std::optional<std::uint32_t> crc32c = {};
  // Only where encoded: where the picture's rows begin, for image::JpegReader::use_index(); usually empty. Lives as
  // long as the bytes.
  std::span<const std::byte> row_index = {};
};

inline constexpr std::size_t kDecoderSlack = 4096;

class RecordFile;

// Immutable after construction; all functions are thread-safe.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  virtual std::int64_t size() const = 0;
  virtual int label(std::int64_t index) const = 0;  // 0 <= label < class_names().size()
  // For messages: "train/n01440764/n01440764_18.JPEG", or "train-images-idx3-ubyte.gz, image 17".
  virtual std::string name(std::int64_t index) const = 0;
  // `buffer` is scratch that the caller keeps per thread. Throws SampleError.
  virtual RawSample read(std::int64_t index, std::vector<std::byte>& buffer) const = 0;
  // Says that read(index) will be called soon, so that the system may fetch the bytes. Never fails, never blocks long.
  virtual void will_need(std::int64_t /*index*/) const {}
  // What read(index) will fetch, where that is known without asking the file system, else 0.
  virtual std::int64_t encoded_bytes(std::int64_t /*index*/) const { return 0; }
  virtual const std::vector<std::string>& class_names() const = 0;
  // The size of every picture where it is one and the same.
  virtual std::optional<std::pair<int, int>> fixed_height_width() const { return std::nullopt; }
  // The archives that records are read from, which may be copied to a nearer disk meanwhile (see Stage); none for other
  // kinds of storage.
  virtual std::vector<std::shared_ptr<RecordFile>> archives() const { return {}; }
  // Changes when names, labels or order change; stored in checkpoints.
  virtual std::string fingerprint() const = 0;
};

}  // namespace topfive::data
