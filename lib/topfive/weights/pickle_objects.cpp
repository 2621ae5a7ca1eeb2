#include "topfive/weights/pickle_objects.h"

#include <algorithm>
#include <utility>

#include "topfive/weights/pickle_globals.h"
#include "topfive/weights/safetensors_header.h"

namespace topfive::weights {
namespace {

constexpr std::size_t kMaxValues = 200'000;
constexpr std::size_t kMaxArguments = 8;
constexpr std::size_t kMaxPickleTensors = 50'000;
// Offsets and sizes above this have no file that could hold them; below it no product of two overflows.
constexpr std::int64_t kLargestCount = std::int64_t{1} << 48;

// The role and element type of a name, packed into the one number that a value carries.
std::int64_t packed(const PickleGlobal& global) {
  return static_cast<std::int64_t>(global.role) * 256 + static_cast<std::int64_t>(global.dtype);
}
PickleGlobal unpacked(std::int64_t value) {
  return {static_cast<PickleRole>(value / 256), static_cast<DType>(value % 256)};
}

}  // namespace

PickleIndex PickleObjects::add(PickleValue value) {
  if (tree_.values.size() == kMaxValues) input_.fail("more than 200,000 values");
  tree_.values.push_back(std::move(value));
  return static_cast<PickleIndex>(tree_.values.size() - 1);
}

PickleIndex PickleObjects::global(const std::string& module, const std::string& name) {
  const auto known = pickle_global(module, name);
  if (!known) input_.fail("asks for " + shown_name(module + "." + name) + ", which is not part of a plain state dict");
  return add({PickleKind::kCallable, packed(*known)});
}

PickleIndex PickleObjects::expect(PickleIndex index, PickleKind kind, const std::string& what) const {
  if (tree_.at(index).kind != kind) input_.fail(what);
  return index;
}

PickleIndex PickleObjects::call(PickleIndex callable, PickleIndex arguments) {
  expect(callable, PickleKind::kCallable, "calls what is not on the list of a state dict's names");
  expect(arguments, PickleKind::kTuple, "a call without a tuple of arguments");
  // Also keeps the copy small, which is needed because the list of values may move.
  if (tree_.at(arguments).items.size() > kMaxArguments) input_.fail("a call with too many arguments");
  const PickleValue given = tree_.at(arguments);
  switch (unpacked(tree_.at(callable).integer).role) {
    case PickleRole::kRebuildTensor:
    case PickleRole::kRebuildTensorV2:
      return tensor(given);
    case PickleRole::kRebuildParameter:
      if (given.items.empty()) input_.fail("a parameter without a tensor");
      return expect(given.items[0], PickleKind::kTensor, "a parameter that is no tensor");
    case PickleRole::kOrderedDict:
      if (!given.items.empty()) input_.fail("an OrderedDict with arguments");
      return add({PickleKind::kDict});
    case PickleRole::kSize:
      if (given.items.size() != 1) input_.fail("a torch.Size without its numbers");
      return expect(given.items[0], PickleKind::kTuple, "a torch.Size that is no tuple");
    case PickleRole::kNamespace:
      return add({PickleKind::kOpaque});
    default:
      input_.fail("calls a type");
  }
}

PickleIndex PickleObjects::storage(PickleIndex identifier) {
  const std::string problem = "not a reference to a tensor's bytes";
  const PickleValue& tuple = tree_.at(expect(identifier, PickleKind::kTuple, problem));
  if (tuple.items.size() < 5 || tree_.text(tuple.items[0]) != "storage") input_.fail(problem);
  const PickleValue& type = tree_.at(expect(tuple.items[1], PickleKind::kCallable, problem));
  if (unpacked(type.integer).role != PickleRole::kStorageType) input_.fail(problem);
  const std::string& key = tree_.text(tuple.items[2]);
  if (key.empty() || key.size() > kMaxNameBytes) input_.fail("a storage without a key");
  const std::int64_t elements = tree_.at(expect(tuple.items[4], PickleKind::kInteger, problem)).integer;
  if (elements < 0 || elements > kLargestCount) input_.fail("a storage of " + std::to_string(elements) + " elements");
  if (tree_.storages.size() == kMaxPickleTensors) input_.fail("more than 50,000 storages");
  tree_.storages.push_back({key, unpacked(type.integer).dtype, static_cast<std::uint64_t>(elements)});
  return add({PickleKind::kStorage, static_cast<std::int64_t>(tree_.storages.size() - 1)});
}

PickleIndex PickleObjects::tensor(const PickleValue& arguments) {
  if (arguments.items.size() < 4) input_.fail("a tensor with too few arguments");
  PickleTensor tensor;
  const PickleIndex storage = expect(arguments.items[0], PickleKind::kStorage, "a tensor without its bytes");
  tensor.storage = static_cast<std::size_t>(tree_.at(storage).integer);
  const PickleIndex offset = expect(arguments.items[1], PickleKind::kInteger, "a tensor's offset that is no number");
  const std::int64_t start = tree_.at(offset).integer;
  if (start < 0 || start > kLargestCount) input_.fail("a tensor's offset of " + std::to_string(start));
  tensor.offset = static_cast<std::uint64_t>(start);
  tensor.shape = sizes(arguments.items[2], "shape");
  tensor.strides = sizes(arguments.items[3], "stride");
  if (tensor.shape.size() != tensor.strides.size()) input_.fail("a tensor with a shape and a stride of two lengths");
  check_inside(tensor);
  if (tree_.tensors.size() == kMaxPickleTensors) input_.fail("more than 50,000 tensors");
  tree_.tensors.push_back(std::move(tensor));
  return add({PickleKind::kTensor, static_cast<std::int64_t>(tree_.tensors.size() - 1)});
}

std::vector<std::int64_t> PickleObjects::sizes(PickleIndex tuple, const std::string& what) const {
  const PickleValue& value = tree_.at(expect(tuple, PickleKind::kTuple, "a tensor's " + what + " that is no tuple"));
  if (value.items.size() > kMaxDimensions) input_.fail("a tensor of more than 16 dimensions");
  std::vector<std::int64_t> result;
  for (const PickleIndex item : value.items) {
    const PickleValue& size = tree_.at(expect(item, PickleKind::kInteger, "a tensor's " + what + " that is no number"));
    if (size.integer < 0 || size.integer > kLargestCount) {
      input_.fail("a tensor's " + what + " of " + std::to_string(size.integer));
    }
    result.push_back(size.integer);
  }
  return result;
}

bool PickleObjects::is_empty(const std::vector<std::int64_t>& shape) const {
  std::int64_t product = 1;
  for (const std::int64_t size : shape) {
    const std::int64_t counted = std::max<std::int64_t>(size, 1);
    if (counted > kLargestCount / product) input_.fail("a tensor's shape that no file could hold");
    product *= counted;
  }
  return std::find(shape.begin(), shape.end(), 0) != shape.end();
}

// Every element inside the storage; and no more of them than the storage has, so that a small file cannot stand for a
// large tensor by a stride of zero.
void PickleObjects::check_inside(const PickleTensor& tensor) const {
  const std::uint64_t available = tree_.storages[tensor.storage].elements;
  std::uint64_t last = tensor.offset;
  std::uint64_t elements = 1;
  if (is_empty(tensor.shape)) return;  // No element is ever read.
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    const auto size = static_cast<std::uint64_t>(tensor.shape[i]);
    const auto stride = static_cast<std::uint64_t>(tensor.strides[i]);
    const bool too_far = stride > 0 && size - 1 > (available - std::min(last, available)) / stride;
    if (size > available / elements || too_far) input_.fail("a tensor that reaches beyond its bytes");
    elements *= size;
    last += (size - 1) * stride;
  }
  if (last >= available) input_.fail("a tensor that reaches beyond its bytes");
}

void PickleObjects::check_attributes(PickleIndex object, PickleIndex state) const {
  const PickleKind kind = tree_.at(object).kind;
  if (kind != PickleKind::kDict && kind != PickleKind::kOpaque) input_.fail("attributes of what has none");
  expect(state, PickleKind::kDict, "attributes that are no dict");
}

}  // namespace topfive::weights
