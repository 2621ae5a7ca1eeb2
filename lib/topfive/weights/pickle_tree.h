// What a pickle held, as plain data.
//
// Values stand in one list and refer to each other by index, so that nothing here recurses, not even a destructor,
// however deep a hostile file nests. A value may be referred to many times and may even contain itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "topfive/weights/dtype.h"

namespace topfive::weights {

using PickleIndex = std::uint32_t;

enum class PickleKind {
  kNone,
  kBoolean,   // integer
  kInteger,   // integer
  kReal,      // real
  kText,      // integer: index into texts
  kTuple,     // items
  kList,      // items
  kDict,      // items: key, value, key, value, ...; OrderedDict too
  kCallable,  // integer: a PickleCallable
  kStorage,   // integer: index into storages
  kTensor,    // integer: index into tensors; parameters too
  kOpaque,    // an object whose contents do not matter: argparse.Namespace
};

struct PickleValue {
  PickleKind kind = PickleKind::kNone;
  std::int64_t integer = 0;
  double real = 0.0;
  std::vector<PickleIndex> items = {};
};

// The bytes that tensors look into: `key` names them in the file.
struct PickleStorage {
  std::string key;
  DType dtype = DType::kF32;
  std::uint64_t elements = 0;
};

// Checked against its storage: every element lies inside.
struct PickleTensor {
  std::size_t storage = 0;
  std::uint64_t offset = 0;  // in elements
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  // in elements, not negative
};

struct PickleTree {
  std::vector<PickleValue> values;
  std::vector<std::string> texts;
  std::vector<PickleStorage> storages;
  std::vector<PickleTensor> tensors;
  PickleIndex root = 0;

  const PickleValue& at(PickleIndex index) const { return values[index]; }
  // The text, or an empty one if the value is none.
  const std::string& text(PickleIndex index) const;
};

}  // namespace topfive::weights
