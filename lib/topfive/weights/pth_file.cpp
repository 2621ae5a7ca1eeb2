#include "topfive/weights/pth_file.h"

#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "topfive/base/error.h"
#include "topfive/weights/pickle_machine.h"
#include "topfive/weights/state_dict_finder.h"
#include "topfive/weights/strided_read.h"
#include "topfive/weights/vit_names.h"
#include "topfive/weights/zip_directory.h"

namespace topfive::weights {
namespace {

// Where in the file the bytes of each storage are.
using StoragePlaces = std::unordered_map<std::string, std::uint64_t>;

[[noreturn]] void refuse_pth(const InputFile& file, const std::string& what) {
  throw base::UserError(base::ExitCode::kBadData, file.name() + ": " + what);
}

class PthSource : public WeightSource {
 public:
  PthSource(std::unique_ptr<InputFile> file, const PickleTree& tree, const StoragePlaces& places,
            const std::string& format)
      : file_(std::move(file)) {
    const FoundStateDict found = find_state_dict(tree, file_->name());
    description_ = format + ", " + found.description;
    for (const auto& [name, index] : found.tensors) {
      const PickleTensor& tensor = tree.tensors[index];
      const PickleStorage& storage = tree.storages[tensor.storage];
      const std::uint64_t size = dtype_size(storage.dtype);
      outlines_.push_back({current_vit_name(name), storage.dtype, tensor.shape});
      places_.push_back({places.at(storage.key) + tensor.offset * size, size, tensor.shape, tensor.strides});
    }
  }

  void read(std::size_t index, std::span<std::byte> out) const override { read_strided(*file_, places_[index], out); }

 private:
  std::unique_ptr<InputFile> file_;
  std::vector<StridedPlace> places_;
};

// data.pkl names the folder of the archive, which may be called anything.
std::string folder_of_archive(const InputFile& file, const ZipDirectory& directory) {
  constexpr std::string_view kPickle = "/data.pkl";
  std::string folder;
  for (const auto& [name, entry] : directory) {
    if (name.ends_with(kPickle) && name.find('/') == name.size() - kPickle.size()) {
      folder = name.substr(0, name.size() - kPickle.size() + 1);
    }
  }
  if (folder.empty()) refuse_pth(file, "a zip archive without data.pkl, so not of torch.save; unpack it first");
  if (directory.contains(folder + "constants.pkl")) {
    refuse_pth(file,
               "a TorchScript program, which is code; save the weights in Python: "
               "torch.save(torch.jit.load(path).state_dict(), other_path)");
  }
  return folder;
}

void check_byte_order(const InputFile& file, const ZipDirectory& directory, const std::string& folder) {
  const auto entry = directory.find(folder + "byteorder");
  if (entry == directory.end()) return;  // before torch 2.1
  std::string order(entry->second.length == 6 ? 6 : 0, '\0');
  file.read_at(entry->second.begin, std::as_writable_bytes(std::span(order)));
  if (order != "little") refuse_pth(file, "written on a big-endian machine; save it again on a little-endian one");
}

StoragePlaces zip_storage_places(const InputFile& file, const ZipDirectory& directory, const std::string& folder,
                                 const PickleTree& tree) {
  StoragePlaces places;
  for (const PickleStorage& storage : tree.storages) {
    const auto entry = directory.find(folder + "data/" + storage.key);
    if (entry == directory.end()) refuse_pth(file, "the bytes of storage " + shown_name(storage.key) + " are missing");
    if (entry->second.length / dtype_size(storage.dtype) < storage.elements) {
      refuse_pth(file, "storage " + shown_name(storage.key) + " is shorter than the pickle says; copy the file again");
    }
    places.emplace(storage.key, entry->second.begin);
  }
  return places;
}

// The three pickles at the start of a legacy file.
void read_legacy_preamble(PickleInput& input) {
  // PROTO 2, LONG1 of ten bytes, 0x1950a86a20f9469cfc6c, STOP.
  constexpr std::array<std::uint8_t, 15> kMagic = {0x80, 2,    0x8a, 10,   0x6c, 0xfc, 0x9c, 0x46,
                                                   0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.'};
  for (const std::uint8_t expected : kMagic) {
    if (input.byte() != expected) input.fail("not the start of a file of torch.save");
  }
  const PickleTree protocol = read_pickle(input);
  constexpr std::int64_t kProtocol = 1001;
  if (protocol.at(protocol.root).kind != PickleKind::kInteger || protocol.at(protocol.root).integer != kProtocol) {
    input.fail("an unknown protocol of torch.save");
  }
  const PickleTree system = read_pickle(input);
  const auto& items = system.at(system.root).items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (system.text(items[i]) == "little_endian" && system.at(items[i + 1]).integer != 1) {
      input.fail("written on a big-endian machine");
    }
  }
}

// After the pickles: for each key the number of elements, then the bytes.
StoragePlaces legacy_storage_places(const InputFile& file, PickleInput& input, const PickleTree& tree) {
  std::unordered_map<std::string, const PickleStorage*> storages;
  for (const PickleStorage& storage : tree.storages) {
    const auto [known, is_new] = storages.emplace(storage.key, &storage);
    if (!is_new && (known->second->dtype != storage.dtype || known->second->elements != storage.elements)) {
      input.fail("storage " + shown_name(storage.key) + " has two sizes or types");
    }
  }
  const PickleTree keys = read_pickle(input);
  std::uint64_t position = input.position();
  StoragePlaces places;
  for (const PickleIndex item : keys.at(keys.root).items) {
    const auto storage = storages.find(keys.text(item));
    if (storage == storages.end())
      input.fail("bytes of storage " + shown_name(keys.text(item)) + ", which no tensor has");
    PickleInput count(file, file.name() + ": a storage", position, file.length());
    const std::uint64_t elements = count.little_endian(8);
    position += 8;
    const std::uint64_t size = dtype_size(storage->second->dtype);
    if (elements != storage->second->elements || elements > (file.length() - position) / size) {
      refuse_pth(file, "storage " + shown_name(keys.text(item)) + " is shorter than it should be; copy the file again");
    }
    places.emplace(storage->first, position);
    position += elements * size;
  }
  for (const PickleStorage& storage : tree.storages) {
    if (!places.contains(storage.key))
      refuse_pth(file, "the bytes of storage " + shown_name(storage.key) + " are missing");
  }
  return places;
}

}  // namespace

std::unique_ptr<WeightSource> open_zip_pth(std::unique_ptr<InputFile> file) {
  const ZipDirectory directory = read_zip_directory(*file);
  const std::string folder = folder_of_archive(*file, directory);
  check_byte_order(*file, directory, folder);
  const ZipEntry& pickle = directory.at(folder + "data.pkl");
  verify_zip_entry(*file, folder + "data.pkl", pickle);
  PickleInput input(*file, file->name() + ": data.pkl", pickle.begin, pickle.end());
  const PickleTree tree = read_pickle(input);
  const StoragePlaces places = zip_storage_places(*file, directory, folder, tree);
  return std::make_unique<PthSource>(std::move(file), tree, places, "PyTorch zip");
}

std::unique_ptr<WeightSource> open_legacy_pth(std::unique_ptr<InputFile> file) {
  PickleInput input(*file, file->name(), 0, file->length());
  read_legacy_preamble(input);
  const PickleTree tree = read_pickle(input);
  const StoragePlaces places = legacy_storage_places(*file, input, tree);
  return std::make_unique<PthSource>(std::move(file), tree, places, "PyTorch legacy");
}

}  // namespace topfive::weights
