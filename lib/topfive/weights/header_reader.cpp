#include "topfive/weights/header_reader.h"

#include <limits>
#include <utility>

namespace topfive::weights {
namespace {

constexpr const char* kMetadataName = "__metadata__";

}  // namespace

bool HeaderReader::fail(const std::string& what) {
  if (problem_.empty()) problem_ = what;
  return false;
}

bool HeaderReader::unexpected(const std::string& what) {
  switch (place_) {
    case Place::kDocument:
    case Place::kRoot:
    case Place::kEnd:
      return fail("the header must be one JSON object, found " + what);
    case Place::kMetadataStart:
    case Place::kMetadata:
    case Place::kMetadataValue:
      return fail("__metadata__ must map text to text, found " + what);
    default:
      return fail("tensor " + shown_name(entry_.name) + ": " + what + " in a place where it is not allowed");
  }
}

bool HeaderReader::number_float(number_float_t /*value*/, const string_t& /*text*/) {
  return unexpected("a number that is not whole or too large");
}

bool HeaderReader::number_unsigned(number_unsigned_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return unexpected("a number that is too large");
  }
  if (place_ == Place::kShape) {
    if (entry_.shape.size() == kMaxDimensions) return unexpected("more than 16 dimensions");
    entry_.shape.push_back(static_cast<std::int64_t>(value));
    return true;
  }
  if (place_ == Place::kOffsets) {
    if (offsets_read_ == 2) return unexpected("a third offset");
    (offsets_read_++ == 0 ? entry_.begin : entry_.end) = value;
    return true;
  }
  return unexpected("a number");
}

bool HeaderReader::string(string_t& text) {
  if (place_ == Place::kMetadataValue) {
    header_.metadata[metadata_key_] = std::move(text);
    place_ = Place::kMetadata;
    return true;
  }
  if (place_ != Place::kDtype) return unexpected("text");
  const auto dtype = dtype_from_name(text);
  if (!dtype) {
    return fail("tensor " + shown_name(entry_.name) + ": unknown dtype " + shown_name(text) +
                " (known: " + known_dtype_names() + ")");
  }
  entry_.dtype = *dtype;
  place_ = Place::kEntry;
  return true;
}

bool HeaderReader::start_object(std::size_t /*elements*/) {
  switch (place_) {
    case Place::kDocument:
      place_ = Place::kRoot;
      return true;
    case Place::kEntryStart:
      place_ = Place::kEntry;
      return true;
    case Place::kMetadataStart:
      place_ = Place::kMetadata;
      return true;
    default:
      return unexpected("an object");
  }
}

bool HeaderReader::key(string_t& text) {
  if (place_ == Place::kRoot) return root_key(text);
  if (place_ == Place::kEntry) return entry_key(text);
  return metadata_key(text);
}

bool HeaderReader::root_key(const std::string& name) {
  if (name == kMetadataName) {
    if (std::exchange(has_metadata_, true)) return fail("__metadata__ stands twice");
    place_ = Place::kMetadataStart;
    return true;
  }
  if (name.empty()) return fail("a tensor without a name");
  if (name.size() > kMaxNameBytes) return fail("a tensor name of more than 512 bytes");
  if (names_.size() == kMaxTensors) return fail("more than 100,000 tensors");
  if (!names_.insert(name).second) return fail("tensor " + shown_name(name) + " stands twice");
  entry_ = TensorEntry{};
  entry_.name = name;
  offsets_read_ = 0;
  has_dtype_ = has_shape_ = has_offsets_ = false;
  place_ = Place::kEntryStart;
  return true;
}

bool HeaderReader::entry_key(const std::string& name) {
  bool* seen = nullptr;
  if (name == "dtype") {
    seen = &has_dtype_;
    place_ = Place::kDtype;
  } else if (name == "shape") {
    seen = &has_shape_;
    place_ = Place::kShapeStart;
  } else if (name == "data_offsets") {
    seen = &has_offsets_;
    place_ = Place::kOffsetsStart;
  } else {
    return fail("tensor " + shown_name(entry_.name) + ": unknown key " + shown_name(name) +
                " (known: dtype, shape, data_offsets)");
  }
  if (std::exchange(*seen, true)) {
    return fail("tensor " + shown_name(entry_.name) + ": key \"" + name + "\" stands twice");
  }
  return true;
}

bool HeaderReader::metadata_key(const std::string& name) {
  if (header_.metadata.contains(name)) {
    return fail("__metadata__: key " + shown_name(name) + " stands twice");
  }
  metadata_key_ = name;
  place_ = Place::kMetadataValue;
  return true;
}

bool HeaderReader::end_object() {
  if (place_ == Place::kEntry) return finish_entry();
  place_ = place_ == Place::kMetadata ? Place::kRoot : Place::kEnd;
  return true;
}

bool HeaderReader::start_array(std::size_t /*elements*/) {
  if (place_ == Place::kShapeStart) {
    place_ = Place::kShape;
  } else if (place_ == Place::kOffsetsStart) {
    place_ = Place::kOffsets;
  } else {
    return unexpected("an array");
  }
  return true;
}

bool HeaderReader::end_array() {
  if (place_ == Place::kOffsets && offsets_read_ != 2) {
    return fail("tensor " + shown_name(entry_.name) + ": data_offsets must hold two numbers");
  }
  place_ = Place::kEntry;
  return true;
}

bool HeaderReader::finish_entry() {
  const std::string prefix = "tensor " + shown_name(entry_.name) + ": ";
  if (!has_dtype_ || !has_shape_ || !has_offsets_) {
    return fail(prefix + "dtype, shape and data_offsets must all be there");
  }
  std::uint64_t bytes = 0;
  if (!tensor_bytes(entry_.dtype, entry_.shape, bytes)) return fail(prefix + "the shape overflows");
  if (entry_.begin > entry_.end || entry_.end - entry_.begin != bytes) {
    return fail(prefix + "data_offsets do not span the " + std::to_string(bytes) + " bytes of its dtype and shape");
  }
  header_.tensors.push_back(std::move(entry_));
  place_ = Place::kRoot;
  return true;
}

bool HeaderReader::parse_error(std::size_t position, const std::string& /*last_token*/,
                               const nlohmann::detail::exception& /*error*/) {
  return fail("the header is not valid JSON at byte " + std::to_string(position));
}

}  // namespace topfive::weights
