// Event files as TensorBoard reads them, written without TensorFlow.
//
// A file is a row of TFRecords, each the length of its data (8 bytes), a checksum of the length (4), the data and a
// checksum of the data (4), all little-endian; the checksum is CRC32C, rotated and offset ("masked"). The data is an
// Event of tensorflow/core/util/event.proto in protobuf's wire format. The first one holds the format's version.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "topfive/engine/append_file.h"

namespace topfive::engine {

// One number of one step; tags with the same text before "/" share a section on TensorBoard's page.
struct ScalarEvent {
  std::string_view tag;
  double value = 0.0;  // stored as a float
};

// wall_time: seconds since 1970.
std::string tensorboard_version_event(double wall_time);
std::string tensorboard_scalar_event(double wall_time, std::int64_t step, std::span<const ScalarEvent> scalars);
std::string tensorboard_record(std::string_view event);

// One writer. UserError as AppendFile's.
class TensorboardFile {
 public:
  // The name under which TensorBoard finds it. One name for the whole run, so that a resumed run goes on in its file.
  static constexpr std::string_view kName = "events.out.tfevents.topfive";

  // Cut to keep_bytes as AppendFile does; an empty file gets its first event.
  TensorboardFile(const std::filesystem::path& directory, std::int64_t keep_bytes, double wall_time);
  void write(double wall_time, std::int64_t step, std::span<const ScalarEvent> scalars);
  void sync() { file_.sync(); }
  std::int64_t bytes() const { return file_.bytes(); }

 private:
  AppendFile file_;
};

}  // namespace topfive::engine
