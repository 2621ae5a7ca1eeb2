// The JSON of a safetensors header as a state machine over parse events.
//
// It never builds a tree of the document, so memory stays proportional to what the format can hold,
// and nothing nested deeper than the format allows is ever followed.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "topfive/weights/safetensors_header.h"

namespace topfive::weights {

// Feed it to nlohmann::json::sax_parse. After a false result problem() says what was wrong.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return unexpected("null"); }
  bool boolean(bool /*value*/) override { return unexpected("a boolean"); }
  bool number_integer(number_integer_t /*value*/) override { return unexpected("a negative number"); }
  bool number_float(number_float_t /*value*/, const string_t& text) override;
  bool number_unsigned(number_unsigned_t value) override;
  bool string(string_t& text) override;
  bool binary(binary_t& /*value*/) override { return unexpected("binary data"); }
  bool start_object(std::size_t elements) override;
  bool key(string_t& text) override;
  bool end_object() override;
  bool start_array(std::size_t elements) override;
  bool end_array() override;
  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::detail::exception& error) override;

  const std::string& problem() const { return problem_; }
  SafetensorsHeader& header() { return header_; }

 private:
  // Where in the document the next event falls.
  enum class Place {
    kDocument,
    kRoot,
    kEntryStart,
    kEntry,
    kDtype,
    kShapeStart,
    kShape,
    kOffsetsStart,
    kOffsets,
    kMetadataStart,
    kMetadata,
    kMetadataValue,
    kEnd,
  };

  bool fail(const std::string& what);
  bool unexpected(const std::string& what);
  bool root_key(const std::string& name);
  bool entry_key(const std::string& name);
  bool metadata_key(const std::string& name);
  bool finish_entry();

  SafetensorsHeader header_;
  std::unordered_set<std::string> names_;
  std::string metadata_key_;
  std::string problem_;
  TensorEntry entry_;
  std::size_t offsets_read_ = 0;
  bool has_metadata_ = false;
  bool has_dtype_ = false;
  bool has_shape_ = false;
  bool has_offsets_ = false;
  Place place_ = Place::kDocument;
};

}  // namespace topfive::weights
