// A place in a ConfigDocument, and the errors that point at it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "topfive/base/config_document.h"

namespace topfive::base {

// Borrows the document, which must outlive it. Every as_...() throws UserError(kConfig) on a wrong
// type, for example "alexnet.json:7:16: model.dropout: expected a number, got the string \"half\"".
class ConfigNode {
 public:
  explicit ConfigNode(const ConfigDocument& document, std::string pointer = "");

  const nlohmann::ordered_json& value() const { return *value_; }
  bool has(const std::string& key) const;
  ConfigNode child(const std::string& key) const;  // the key must exist
  ConfigNode element(std::size_t index) const;     // the index must exist
  std::size_t size() const { return value_->size(); }
  std::string path() const;  // "model.dropout", "augment.train[0].size"; "the file" for the root

  double as_number() const;
  std::int64_t as_integer() const;  // 3.0 is accepted, 3.5 is not
  bool as_boolean() const;
  std::string as_string() const;
  void require_object() const;
  void require_array() const;

  // Refuses every key that is not known, with the nearest known one.
  void require_known_keys(const std::vector<std::string>& known) const;
  // Text of a value for messages: short, quoted strings, "an object" for large ones.
  std::string shown() const;

  [[noreturn]] void fail(const std::string& what) const;

 private:
  [[noreturn]] void fail_type(const std::string& expected) const;

  const ConfigDocument* document_;
  std::string pointer_;
  const nlohmann::ordered_json* value_;
};

}  // namespace topfive::base
