#include "topfive/weights/weight_source.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "topfive/base/error.h"
#include "topfive/weights/input_file.h"
#include "topfive/weights/pth_file.h"
#include "topfive/weights/safetensors_file.h"

namespace topfive::weights {
namespace {

class SafetensorsSource : public WeightSource {
 public:
  explicit SafetensorsSource(const std::filesystem::path& path) : file_(path) {
    for (const TensorEntry& entry : file_.header().tensors) outlines_.push_back({entry.name, entry.dtype, entry.shape});
    metadata_ = file_.header().metadata;
    description_ = "safetensors";
  }
  void read(std::size_t index, std::span<std::byte> out) const override {
    file_.read(file_.header().tensors[index], out);
  }

 private:
  SafetensorsFile file_;
};

struct KnownStart {
  std::string_view bytes;
  std::string_view what;
};

// What people hand over by mistake.
constexpr std::array<KnownStart, 6> kOtherFormats = {{
    {"version https://git-lfs", "a Git LFS pointer, not the file itself; run git lfs pull"},
    {"<!DOCTYPE", "a web page; the download did not succeed, fetch the file again"},
    {"<html", "a web page; the download did not succeed, fetch the file again"},
    {"\x89HDF\r\n", "an HDF5 file of Keras or Caffe2; convert it to safetensors in Python"},
    {"GGUF", "a GGUF file; convert it to safetensors in Python"},
    {"\x1f\x8b", "compressed with gzip; unpack it first"},
}};

std::string first_bytes(const InputFile& file) {
  std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(file.length(), 64)), '\0');
  file.read_at(0, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

}  // namespace

std::uint64_t TensorOutline::bytes() const {
  std::uint64_t bytes = 0;
  tensor_bytes(dtype, shape, bytes);
  return bytes;
}

std::unique_ptr<WeightSource> open_weights(const std::filesystem::path& path) {
  auto file = std::make_unique<InputFile>(path);
  const std::string start = first_bytes(*file);
  for (const KnownStart& other : kOtherFormats) {
    if (start.starts_with(other.bytes)) {
      throw base::UserError(base::ExitCode::kBadData, file->name() + ": " + std::string(other.what));
    }
  }
  if (start.starts_with("PK\x03\x04")) return open_zip_pth(std::move(file));
  if (start.starts_with("\x80")) return open_legacy_pth(std::move(file));
  constexpr std::size_t kHeaderBrace = 8;
  if (start.size() > kHeaderBrace && start[kHeaderBrace] == '{') return std::make_unique<SafetensorsSource>(path);
  throw base::UserError(base::ExitCode::kBadData,
                        file->name() + ": neither safetensors nor a file of torch.save; convert it to one of them");
}

}  // namespace topfive::weights
