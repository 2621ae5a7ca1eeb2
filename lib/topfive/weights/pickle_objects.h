// The few objects that a pickle of tensors makes, each checked as it is made.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "topfive/weights/pickle_input.h"
#include "topfive/weights/pickle_tree.h"

namespace topfive::weights {

// Adds to the tree. Every method throws UserError(kBadData), at the input's position, for what is not allowed.
class PickleObjects {
 public:
  PickleObjects(PickleTree& tree, const PickleInput& input) : tree_(tree), input_(input) {}

  PickleIndex add(PickleValue value);
  // A name: refused unless it is on the list of pickle_global().
  PickleIndex global(const std::string& module, const std::string& name);
  // What an allowed name makes of its arguments.
  PickleIndex call(PickleIndex callable, PickleIndex arguments);
  // A tensor's bytes, from the tuple that torch.save writes: ("storage", type, key, location, elements).
  PickleIndex storage(PickleIndex identifier);
  // Attributes are allowed on what has none that matter here: dicts and opaque objects.
  void check_attributes(PickleIndex object, PickleIndex state) const;

 private:
  PickleIndex tensor(const PickleValue& arguments);
  std::vector<std::int64_t> sizes(PickleIndex tuple, const std::string& what) const;
  bool is_empty(const std::vector<std::int64_t>& shape) const;
  void check_inside(const PickleTensor& tensor) const;
  PickleIndex expect(PickleIndex index, PickleKind kind, const std::string& what) const;

  PickleTree& tree_;
  const PickleInput& input_;
};

}  // namespace topfive::weights
