#include "topfive/data/limited_source.h"

#include <stdexcept>

#include "topfive/base/sha256.h"

namespace topfive::data {

LimitedSource::LimitedSource(std::unique_ptr<SampleSource> inner, std::int64_t limit)
    : inner_(std::move(inner)), limit_(limit) {
  if (limit < 1 || limit > inner_->size()) throw std::invalid_argument("limit out of range");
}

std::string LimitedSource::fingerprint() const {
  return base::sha256_of("limit " + std::to_string(limit_) + " of " + inner_->fingerprint());
}

}  // namespace topfive::data
