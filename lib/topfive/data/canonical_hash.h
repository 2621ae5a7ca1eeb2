// The fingerprint of a data set: SHA-256 over its class names and file names in canonical order.
#pragma once

#include <string>
#include <string_view>

#include "topfive/base/sha256.h"

namespace topfive::data {

// Classes in label order, each with its files in byte order. '/' and NUL occur in no file name of a class folder, so
// that the text which is hashed is one to one with the tree.
class CanonicalHash {
 public:
  CanonicalHash() { hash_.update("image_folder\n"); }

  void begin_class(std::string_view name) {
    end_class();
    open_ = true;
    hash_.update(std::string(name) + "/");
  }
  void add(std::string_view file_name) {
    pending_ += file_name;
    pending_ += '\0';
    if (pending_.size() >= kFlushBytes) flush();
  }
  // `pixels` says how the pixels differ from the original files; empty where they do not. Once.
  std::string finish(std::string_view pixels = {}) {
    end_class();
    if (!pixels.empty()) hash_.update("\npixels " + std::string(pixels));
    return hash_.finish();
  }

 private:
  static constexpr std::size_t kFlushBytes = std::size_t{1} << 16U;

  void flush() {
    hash_.update(pending_);
    pending_.clear();
  }
  void end_class() {
    if (!open_) return;
    pending_ += '/';
    flush();
  }

  base::Sha256 hash_;
  std::string pending_;
  bool open_ = false;
};

}  // namespace topfive::data
