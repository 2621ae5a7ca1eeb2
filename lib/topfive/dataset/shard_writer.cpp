#include "topfive/dataset/shard_writer.h"

#include <span>
#include <utility>

namespace topfive::dataset {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string dali_fields(const std::string& extension, std::uint64_t offset, std::size_t size, const std::string& name) {
  return extension + " " + std::to_string(offset) + " " + std::to_string(size) + " " + name;
}

}  // namespace

ShardWriter::ShardWriter(const std::filesystem::path& work_dir, std::string name)
    : path_(work_dir / name), tar_(path_) {
  index_.places.push_back({std::move(name), {}, false});
}

ShardWriter::~ShardWriter() {
  std::error_code ignored;
  if (!finished_) std::filesystem::remove(path_, ignored);
}

void ShardWriter::add(const std::string& key, std::string_view file_name, const PackedPicture& picture) {
  const std::string picture_name = key + "." + picture.extension;
  const std::string label_name = key + ".cls";
  const std::string label = std::to_string(picture.facts.label);
  data::SampleRecord record = picture.facts;
  record.offset = tar_.add(picture_name, picture.bytes);
  const std::uint64_t label_offset = tar_.add(label_name, bytes_of(label));
  index_.add(record, file_name);
  rows_.emplace(record.offset, picture.rows);
  dali_lines_ += dali_fields(picture.extension, record.offset, picture.bytes.size(), picture_name) + " " +
                 dali_fields("cls", label_offset, label.size(), label_name) + "\n";
}

std::uint64_t ShardWriter::bytes_with(const PackedPicture& picture) const {
  constexpr std::uint64_t kBlocksAround = std::uint64_t{6} * 512;  // headers, padding, the label, the end mark
  return tar_.bytes_written() + picture.bytes.size() + kBlocksAround;
}

void ShardWriter::finish() {
  tar_.finish();
  finished_ = true;
}

std::string ShardWriter::dali_index() const { return "v1.2 " + std::to_string(samples()) + "\n" + dali_lines_; }

}  // namespace topfive::dataset
