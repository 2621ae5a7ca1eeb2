// Hostile files in the shape of torch.save's: every one is refused in one line.
#include <algorithm>
#include <random>

#include "heap_meter.h"
#include "pth_bytes.h"
#include "support/catch.h"
#include "support/source_directory.h"
#include "support/temporary_directory.h"

namespace topfive::weights {
namespace {

constexpr std::int64_t kHuge = std::int64_t{1} << 62;

std::string repeated(const std::string& text, std::size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

struct PickleAttack {
  std::string name;
  std::string pickle;
};

// Code, or what looks like it.
std::vector<PickleAttack> code_attacks() {
  const std::string shell = tuple(text("touch /tmp/owned"));
  return {
      {"os.system", proto() + global("os", "system") + shell + "R."},
      {"posix.system by STACK_GLOBAL", proto() + text("posix") + text("system") + "\x93" + shell + "R."},
      {"builtins.eval", proto() + global("builtins", "eval") + tuple(text("1+1")) + "R."},
      {"builtins.getattr", proto() + global("builtins", "getattr") + "."},
      {"a name inside a value", state_dict(global("subprocess", "Popen") + shell + "R")},
      {"a torch name that is not on the list", proto() + global("torch", "load") + shell + "R."},
      {"a name with a path", proto() + global("torch._utils", "_rebuild_tensor_v2.__globals__") + "."},
      {"INST", proto() + "(" + text("x") + "ios\nsystem\n."},
      {"OBJ", proto() + "(" + global("collections", "OrderedDict") + "o."},
      {"an extension code", proto() + "\x82\x01."},
      {"NEWOBJ of a type that takes none", proto() + global("torch", "FloatStorage") + ")\x81."},
      {"a call of a number", proto() + "K\x01)R."},
      {"a call without a tuple", proto() + global("collections", "OrderedDict") + "K\x01R."},
      {"an OrderedDict with arguments", proto() + global("collections", "OrderedDict") + tuple(text("x")) + "R."},
      {"attributes of a tensor", state_dict(tensor(storage(16), 0, {4}, {1}) + "}b")},
      {"attributes that are no dict", proto() + "}K\x01" + "b."},
  };
}

// Tensors that reach where they must not.
std::vector<PickleAttack> tensor_attacks() {
  return {
      {"an offset beyond the storage", state_dict(tensor(storage(16), 16, {1}, {1}))},
      {"a negative offset", state_dict(tensor(storage(16), -1, {4}, {1}))},
      {"a huge offset", state_dict(tensor(storage(16), kHuge, {4}, {1}))},
      {"a stride beyond the storage", state_dict(tensor(storage(16), 0, {4, 4}, {8, 1}))},
      {"a negative stride", state_dict(tensor(storage(16), 15, {16}, {-1}))},
      {"a huge stride", state_dict(tensor(storage(16), 0, {2}, {kHuge}))},
      {"strides whose sum wraps around", state_dict(tensor(storage(16), 0, {3, 3}, {kHuge / 2, kHuge / 2}))},
      {"a negative size", state_dict(tensor(storage(16), 0, {-4}, {1}))},
      {"sizes whose product wraps around", state_dict(tensor(storage(16), 0, {1LL << 32, 1LL << 32}, {0, 0}))},
      {"a large tensor from one element", state_dict(tensor(storage(16), 0, {1LL << 40}, {0}))},
      {"a shape and a stride of two lengths", state_dict(tensor(storage(16), 0, {4, 4}, {1}))},
      {"seventeen dimensions",
       state_dict(tensor(storage(16), 0, std::vector<std::int64_t>(17, 1), std::vector<std::int64_t>(17, 1)))},
      {"an empty tensor of absurd sizes", state_dict(tensor(storage(16), 0, {0, 1LL << 40, 1LL << 40}, {1, 1, 1}))},
      {"a storage larger than its bytes", state_dict(tensor(storage(1000), 0, {1000}, {1}))},
      {"a storage of 2^62 elements", state_dict(tensor(storage(kHuge), 0, {1}, {1}))},
      {"a negative storage", state_dict(tensor(storage(-16), 0, {1}, {1}))},
      {"a storage that is not there", state_dict(tensor(storage(16, "7"), 0, {1}, {1}))},
      {"a storage outside its folder", state_dict(tensor(storage(16, "../../etc/passwd"), 0, {1}, {1}))},
      {"a storage of an unknown type", state_dict(tensor(storage(16, "0", "QInt8Storage"), 0, {1}, {1}))},
      {"a tensor from a number", state_dict(tensor("K\x01", 0, {1}, {1}))},
      {"a persistent id that is no tuple", proto() + text("x") + "Q."},
      {"a persistent id that is short", proto() + tuple(text("storage")) + "Q."},
      {"a shape of texts", state_dict(global("torch._utils", "_rebuild_tensor_v2") +
                                      tuple(storage(16) + integer(0) + tuple(text("4")) + integers({1})) + "R")},
  };
}

// Bytes that cost memory or time, or end too soon.
std::vector<PickleAttack> size_attacks() {
  return {
      {"a memo place of 4 billion", proto() + "}r\xff\xff\xff\xff."},
      {"a text of 4 GB", proto() + "X\xff\xff\xff\xff" + "abc"},
      {"a text of 2^63 bytes", proto() + "\x8d" + little_endian(1ULL << 63, 8) + "abc"},
      {"a million marks", proto() + repeated("(", 1'000'000) + "."},
      {"a million lists", proto() + repeated("]", 1'000'000) + "."},
      {"a million nested tuples", proto() + ")" + repeated("\x85", 1'000'000) + "."},
      {"millions of references to itself", proto() + "]q\x01(" + repeated("h\x01", 490'000) + "e" +
                                               repeated("(" + repeated("h\x01", 400'000) + "e", 4) + "."},
      {"a long name", proto() + "c" + std::string(100'000, 'a') + "\n"},
      {"a number of 255 bytes", proto() + "\x8a\xff" + std::string(255, '\1') + "."},
      {"nothing", ""},
      {"no STOP", proto() + "}"},
      {"an unknown protocol", "\x80\x77}."},
      {"an unknown opcode", proto() + "\xfe."},
      {"a value too many", proto() + "}}."},
      {"a value too few", proto() + "."},
      {"a tuple that was never begun", proto() + "t."},
      {"an empty memo place", proto() + "h\x05."},
      {"items for a tuple", proto() + ")K\x01" + "a."},
      {"a key without a value", proto() + "}(" + text("a") + "u."},
      {"a key that is a list", proto() + "}(]K\x01u."},
      {"a value taken from below a mark", proto() + "}(R."},
  };
}

std::vector<PickleAttack> all_attacks() {
  auto attacks = code_attacks();
  for (const auto& more : {tensor_attacks(), size_attacks()}) attacks.insert(attacks.end(), more.begin(), more.end());
  return attacks;
}

void check_one_line(const std::string& message) {
  CHECK_FALSE(message.empty());
  CHECK(message != "another exit code");
  CHECK(std::count(message.begin(), message.end(), '\n') == 0);
  CHECK(message.size() < 1'000);
}

}  // namespace

TEST_CASE("the builders make files that are accepted when nothing is wrong") {
  const tests::TemporaryDirectory directory;
  write_file(directory / "good.pth", pth_of(state_dict(tensor(storage(16), 0, {4, 4}, {4, 1}))));
  CHECK(refusal_of_file(directory / "good.pth").empty());
  write_file(directory / "legacy.pth", legacy_of(state_dict(tensor(storage(16), 3, {4, 2}, {2, 1}))));
  CHECK(refusal_of_file(directory / "legacy.pth").empty());
}

TEST_CASE("every hostile pickle is refused in one line, in both formats") {
  CHECK(all_attacks().size() >= 40);
  const tests::TemporaryDirectory directory;
  for (const PickleAttack& attack : all_attacks()) {
    INFO(attack.name);
    write_file(directory / "x.pth", pth_of(attack.pickle));
    check_one_line(refusal_of_file(directory / "x.pth"));
    write_file(directory / "y.pth", legacy_of(attack.pickle));
    check_one_line(refusal_of_file(directory / "y.pth"));
  }
}

TEST_CASE("a refused name is named") {
  const tests::TemporaryDirectory directory;
  write_file(directory / "x.pth", pth_of(code_attacks().front().pickle));
  CHECK_THAT(refusal_of_file(directory / "x.pth"), ContainsSubstring("x.pth: data.pkl, byte ") &&
                                                       ContainsSubstring("asks for \"os.system\"") &&
                                                       ContainsSubstring("torch.save(model.state_dict(), path)"));
}

TEST_CASE("a pickle cut off at any byte is refused") {
  const std::string pickle = state_dict(tensor(storage(16), 0, {4, 4}, {4, 1}));
  const tests::TemporaryDirectory directory;
  for (std::size_t length = 0; length < pickle.size(); ++length) {
    INFO(length);
    write_file(directory / "x.pth", pth_of(pickle.substr(0, length)));
    check_one_line(refusal_of_file(directory / "x.pth"));
  }
}

TEST_CASE("a refused pickle costs less than its length and 64 MB") {
  constexpr std::int64_t kAllowance = std::int64_t{64} << 20;
  const tests::TemporaryDirectory directory;
  for (const PickleAttack& attack : all_attacks()) {
    const std::string file = pth_of(attack.pickle);
    write_file(directory / "x.pth", file);
    const tests::HeapMeter heap;
    refusal_of_file(directory / "x.pth");
    INFO(attack.name);
    CHECK(heap.peak_bytes() < static_cast<std::int64_t>(file.size()) + kAllowance);
  }
}

TEST_CASE("hostile archives are refused in one line") {
  const std::string pickle = state_dict(tensor(storage(16), 0, {4, 4}, {4, 1}));
  const std::string good = pth_of(pickle);
  const ZipPart bytes{"a/data/0", std::string(64, '\1')};
  const auto changed = [&](std::size_t from_end, const std::string& replacement) {
    std::string file = good;
    return file.replace(file.size() - from_end, replacement.size(), replacement);
  };
  const std::vector<std::pair<std::string, std::string>> archives = {
      {"compressed", zip_of({{"a/data.pkl", pickle, 8}, bytes})},
      {"encrypted", zip_of({{"a/data.pkl", pickle, 0, 1}, bytes})},
      {"a name twice", zip_of({{"a/data.pkl", pickle}, {"a/data.pkl", pickle}, bytes})},
      {"no pickle", zip_of({bytes})},
      {"no bytes", zip_of({{"a/data.pkl", pickle}})},
      {"TorchScript", zip_of({{"a/data.pkl", pickle}, {"a/constants.pkl", pickle}, bytes})},
      {"big-endian", zip_of({{"a/data.pkl", pickle}, {"a/byteorder", "big"}, bytes})},
      {"several parts", changed(18, little_endian(1, 4))},
      {"more entries than records", changed(12, little_endian(200, 2))},
      {"a table of contents outside", changed(6, little_endian(0xfffffff0, 4))},
      {"a table of contents too long", changed(10, little_endian(0x0fffffff, 4))},
      {"zip64 without a record", changed(6, little_endian(0xffffffff, 4))},
      {"cut in the middle", good.substr(0, good.size() / 2)},
      {"only the first bytes", good.substr(0, 6)},
  };
  const tests::TemporaryDirectory directory;
  for (const auto& [name, content] : archives) {
    INFO(name);
    write_file(directory / "x.pth", content);
    check_one_line(refusal_of_file(directory / "x.pth"));
  }
}

TEST_CASE("overlapping entries and wrong checksums are refused") {
  const std::string pickle = state_dict(tensor(storage(16), 0, {4, 4}, {4, 1}));
  const tests::TemporaryDirectory directory;
  std::string overlapping = pth_of(pickle);
  const std::size_t second =
      overlapping.find(little_endian(0x02014b50, 4), overlapping.find(little_endian(0x02014b50, 4)) + 1);
  overlapping.replace(second + 42, 4, little_endian(0, 4));
  write_file(directory / "x.pth", overlapping);
  CHECK_THAT(refusal_of_file(directory / "x.pth"), ContainsSubstring("overlap"));
  std::string flipped = pth_of(pickle);
  flipped[flipped.find("cpu")] = 'g';
  write_file(directory / "x.pth", flipped);
  CHECK_THAT(refusal_of_file(directory / "x.pth"), ContainsSubstring("checksum"));
}

TEST_CASE("hostile legacy files are refused in one line") {
  const std::string good = legacy_of(state_dict(tensor(storage(16), 0, {4, 4}, {4, 1})));
  const auto replaced = [&](const std::string& what, const std::string& by) {
    std::string file = good;
    return file.replace(file.rfind(what), what.size(), by);
  };
  const std::vector<std::pair<std::string, std::string>> files = {
      {"wrong magic number", replaced("\x6c\xfc", "\x6d\xfc")},
      {"wrong protocol", replaced("M\xe9\x03", "M\xe9\x04")},
      {"big-endian", replaced("\x88s.", "\x89s.")},
      {"more elements than bytes", replaced(little_endian(16, 8) + "\1", little_endian(1ULL << 62, 8) + "\1")},
      {"fewer elements than promised", replaced(little_endian(16, 8) + "\1", little_endian(15, 8) + "\1")},
      {"the bytes of another storage", replaced(text("0") + "e.", text("1") + "e.")},
      {"no storages", replaced("(" + text("0") + "e.", ".")},
      {"cut in the bytes", good.substr(0, good.size() - 1)},
      {"cut in the pickle", good.substr(0, 60)},
  };
  const tests::TemporaryDirectory directory;
  for (const auto& [name, content] : files) {
    INFO(name);
    write_file(directory / "x.pth", content);
    check_one_line(refusal_of_file(directory / "x.pth"));
  }
}

TEST_CASE("Python's files with bytes changed at random load or are refused in one line") {
  const auto name =
      GENERATE(as<std::string>(), "views.pth", "views.legacy.pth", "deit.pth", "nested.legacy.pth", "every_type.pth");
  std::ifstream stream(tests::golden_path(name), std::ios::binary);
  const std::string original((std::istreambuf_iterator<char>(stream)), {});
  std::mt19937 random(7);
  const tests::TemporaryDirectory directory;
  int refused = 0;
  for (int round = 0; round < 600; ++round) {
    std::string file = original;
    const int changes = 1 + static_cast<int>(random() % 3);
    for (int i = 0; i < changes; ++i) file[random() % file.size()] = static_cast<char>(random());
    if (round % 5 == 0) file.resize(random() % file.size());
    write_file(directory / "x.pth", file);
    const std::string message = refusal_of_file(directory / "x.pth");
    if (message.empty()) continue;
    check_one_line(message);
    ++refused;
  }
  CHECK(refused > 100);
}

}  // namespace topfive::weights
