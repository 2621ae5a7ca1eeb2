#include "topfive/weights/pickle_machine.h"

#include <utility>

#include "topfive/weights/pickle_objects.h"

namespace topfive::weights {
namespace {

constexpr std::size_t kMaxStack = 500'000;
constexpr std::size_t kMaxItems = 2'000'000;
constexpr std::size_t kMaxTextBytes = std::size_t{8} << 20;
constexpr PickleIndex kUnset = 0xffffffff;

// The stack machine of pickle, as pickletools documents it. Each method is one group of opcodes.
class PickleMachine {
 public:
  explicit PickleMachine(PickleInput& input) : input_(input), objects_(tree_, input) {}

  PickleTree run() {
    for (std::uint8_t opcode = input_.byte(); opcode != '.'; opcode = input_.byte()) {
      if (!push_constant(opcode) && !push_number(opcode) && !push_text(opcode) && !use_memo(opcode) &&
          !make_tuple(opcode) && !fill_container(opcode) && !make_object(opcode) && !skip_framing(opcode)) {
        input_.fail("opcode " + std::to_string(opcode) + " is not part of a state dict");
      }
    }
    tree_.root = pop();
    if (!stack_.empty()) input_.fail("values are left over at the end");
    return std::move(tree_);
  }

 private:
  bool skip_framing(std::uint8_t opcode) {
    if (opcode == 0x80) {  // PROTO
      const std::uint8_t version = input_.byte();
      if (version < 2 || version > 5) input_.fail("pickle protocol " + std::to_string(version) + ", known are 2 to 5");
      return true;
    }
    if (opcode == 0x95) input_.little_endian(8);  // FRAME: a hint about buffering
    return opcode == 0x95;
  }

  bool push_constant(std::uint8_t opcode) {
    switch (opcode) {
      case 'N':
        push(objects_.add({PickleKind::kNone}));
        return true;
      case 0x88:
        push(objects_.add({PickleKind::kBoolean, 1}));
        return true;
      case 0x89:
        push(objects_.add({PickleKind::kBoolean, 0}));
        return true;
      case ')':
        push(objects_.add({PickleKind::kTuple}));
        return true;
      case ']':
        push(objects_.add({PickleKind::kList}));
        return true;
      case '}':
        push(objects_.add({PickleKind::kDict}));
        return true;
      case '(':
        push_mark();
        return true;
      default:
        return false;
    }
  }

  bool push_number(std::uint8_t opcode) {
    switch (opcode) {
      case 'J':
        push_integer(static_cast<std::int32_t>(input_.little_endian(4)));
        return true;
      case 'K':
        push_integer(input_.byte());
        return true;
      case 'M':
        push_integer(static_cast<std::int64_t>(input_.little_endian(2)));
        return true;
      case 0x8a:
        push_integer(long_integer());
        return true;
      case 'G': {
        PickleValue value{PickleKind::kReal};
        value.real = input_.big_endian_double();
        push(objects_.add(std::move(value)));
        return true;
      }
      default:
        return false;
    }
  }

  // LONG1: a two's complement number of any length; more than eight bytes has no use in a state dict.
  std::int64_t long_integer() {
    const int bytes = input_.byte();
    if (bytes > 8) input_.fail("a whole number of more than 64 bits");
    std::uint64_t value = input_.little_endian(bytes);
    const bool negative = bytes > 0 && bytes < 8 && (value >> (8 * bytes - 1)) != 0;
    if (negative) value |= ~std::uint64_t{0} << (8 * bytes);
    return static_cast<std::int64_t>(value);
  }

  bool push_text(std::uint8_t opcode) {
    switch (opcode) {
      case 'X':
      case 'T':
      case 'B':
        push_text_of(input_.little_endian(4));
        return true;
      case 0x8c:
      case 'U':
      case 'C':
        push_text_of(input_.byte());
        return true;
      case 0x8d:
        push_text_of(input_.little_endian(8));
        return true;
      default:
        return false;
    }
  }

  void push_text_of(std::uint64_t length) {
    std::string text = input_.text(length);
    text_bytes_ += text.size();
    if (text_bytes_ > kMaxTextBytes) input_.fail("more than 8 MiB of texts");
    tree_.texts.push_back(std::move(text));
    push(objects_.add({PickleKind::kText, static_cast<std::int64_t>(tree_.texts.size() - 1)}));
  }

  bool use_memo(std::uint8_t opcode) {
    switch (opcode) {
      case 'q':
        remember(input_.byte());
        return true;
      case 'r':
        remember(input_.little_endian(4));
        return true;
      case 0x94:
        remember(memo_.size());
        return true;
      case 'h':
        recall(input_.byte());
        return true;
      case 'j':
        recall(input_.little_endian(4));
        return true;
      default:
        return false;
    }
  }

  void remember(std::uint64_t place) {
    if (place >= kMaxStack) input_.fail("memo place " + std::to_string(place) + " is beyond the limit of 500,000");
    if (place >= memo_.size()) memo_.resize(static_cast<std::size_t>(place) + 1, kUnset);
    memo_[static_cast<std::size_t>(place)] = top();
  }

  void recall(std::uint64_t place) {
    if (place >= memo_.size() || memo_[static_cast<std::size_t>(place)] == kUnset) {
      input_.fail("memo place " + std::to_string(place) + " is empty");
    }
    push(memo_[static_cast<std::size_t>(place)]);
  }

  bool make_tuple(std::uint8_t opcode) {
    if (opcode == 't') {
      make_tuple_of(pop_to_mark());
    } else if (opcode >= 0x85 && opcode <= 0x87) {  // TUPLE1 to TUPLE3
      std::vector<PickleIndex> items(opcode - 0x84U);
      for (auto item = items.rbegin(); item != items.rend(); ++item) *item = pop();
      make_tuple_of(std::move(items));
    } else {
      return false;
    }
    return true;
  }

  void make_tuple_of(std::vector<PickleIndex> items) {
    count_items(items.size());
    PickleValue tuple{PickleKind::kTuple};
    tuple.items = std::move(items);
    push(objects_.add(std::move(tuple)));
  }

  bool fill_container(std::uint8_t opcode) {
    switch (opcode) {
      case 'a':
        append(PickleKind::kList, "list", {pop()});
        return true;
      case 'e':
        append(PickleKind::kList, "list", pop_to_mark());
        return true;
      case 's': {
        const PickleIndex value = pop();
        const PickleIndex key = pop();
        append(PickleKind::kDict, "dict", {key, value});
        return true;
      }
      case 'u':
        append(PickleKind::kDict, "dict", pop_to_mark());
        return true;
      default:
        return false;
    }
  }

  void append(PickleKind kind, const std::string& what, const std::vector<PickleIndex>& items) {
    PickleValue& container = tree_.values[top()];
    if (container.kind != kind) input_.fail("items for a " + what + ", but there is none");
    if (kind == PickleKind::kDict) check_pairs(items);
    count_items(items.size());
    container.items.insert(container.items.end(), items.begin(), items.end());
  }

  void check_pairs(const std::vector<PickleIndex>& items) const {
    if (items.size() % 2 != 0) input_.fail("a key without a value");
    for (std::size_t i = 0; i < items.size(); i += 2) {
      const PickleKind kind = tree_.at(items[i]).kind;
      if (kind != PickleKind::kText && kind != PickleKind::kInteger)
        input_.fail("a key that is neither text nor number");
    }
  }

  bool make_object(std::uint8_t opcode) {
    switch (opcode) {
      case 'c': {
        const std::string module = input_.line();
        push(objects_.global(module, input_.line()));
        return true;
      }
      case 0x93: {  // STACK_GLOBAL
        const PickleIndex name = pop();
        const PickleIndex module = pop();
        push(objects_.global(tree_.text(module), tree_.text(name)));
        return true;
      }
      case 'R':
      case 0x81: {  // REDUCE, NEWOBJ
        const PickleIndex arguments = pop();
        push(objects_.call(pop(), arguments));
        return true;
      }
      case 'b': {  // BUILD: attributes of an object, which do not matter here
        const PickleIndex state = pop();
        objects_.check_attributes(top(), state);
        return true;
      }
      case 'Q':
        push(objects_.storage(pop()));
        return true;
      default:
        return false;
    }
  }

  void push_integer(std::int64_t value) { push(objects_.add({PickleKind::kInteger, value})); }

  void push(PickleIndex value) {
    if (stack_.size() == kMaxStack) input_.fail("nested deeper than the limit of 500,000");
    stack_.push_back(value);
  }

  void push_mark() {
    if (marks_.size() == kMaxStack) input_.fail("nested deeper than the limit of 500,000");
    marks_.push_back(stack_.size());
  }

  PickleIndex top() const {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) input_.fail("takes a value where there is none");
    return stack_.back();
  }

  PickleIndex pop() {
    const PickleIndex value = top();
    stack_.pop_back();
    return value;
  }

  std::vector<PickleIndex> pop_to_mark() {
    if (marks_.empty()) input_.fail("ends a group that was never begun");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleIndex> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }

  void count_items(std::size_t count) {
    items_ += count;
    if (items_ > kMaxItems) input_.fail("more than 2,000,000 items");
  }

  PickleInput& input_;
  PickleTree tree_;
  PickleObjects objects_;
  std::vector<PickleIndex> stack_;
  std::vector<std::size_t> marks_;
  std::vector<PickleIndex> memo_;
  std::size_t text_bytes_ = 0;
  std::size_t items_ = 0;
};

}  // namespace

const std::string& PickleTree::text(PickleIndex index) const {
  static const std::string kEmpty;
  const PickleValue& value = at(index);
  return value.kind == PickleKind::kText ? texts[static_cast<std::size_t>(value.integer)] : kEmpty;
}

PickleTree read_pickle(PickleInput& input) { return PickleMachine(input).run(); }

}  // namespace topfive::weights
