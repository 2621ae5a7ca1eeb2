#include "contracts/room_table.h"

#include <algorithm>

namespace topfive::contracts {
namespace {

const std::set<std::string> kTorchRooms = {"models", "metrics", "loss",   "optim", "weights",
                                           "dist",   "classic", "engine", "bench", "apps"};

}  // namespace

const std::vector<RoomRule>& room_table() {
  static const std::vector<RoomRule> kTable = {
      {"base", {}},
      {"image", {"base"}},
      {"augment", {"base", "image"}},
      {"data", {"base", "image", "augment"}},
      {"dataset", {"base", "image", "augment", "data"}},
      {"models", {"base"}},
      {"metrics", {"base"}},
      {"loss", {"base"}},
      {"optim", {"base"}},
      {"weights", {"base", "models"}},
      {"dist", {"base"}},
      {"classic", {"base", "image", "data", "metrics"}},
      {"engine",
       {"base", "image", "augment", "data", "models", "metrics", "loss", "optim", "weights", "dist", "classic"}},
      {"bench",
       {"base", "image", "augment", "data", "models", "metrics", "loss", "optim", "weights", "dist", "classic",
        "engine"}},
      {"apps",
       {"base", "image", "augment", "data", "models", "metrics", "loss", "optim", "weights", "dist", "classic",
        "engine", "bench", "dataset"}},
  };
  return kTable;
}

const RoomRule* find_room(const std::string& name) {
  const auto& table = room_table();
  const auto found = std::find_if(table.begin(), table.end(), [&](const RoomRule& rule) { return rule.room == name; });
  return found == table.end() ? nullptr : &*found;
}

const std::vector<ThirdPartyRule>& third_party_table() {
  static const std::vector<ThirdPartyRule> kTable = {
      {"torch/", kTorchRooms}, {"ATen/", kTorchRooms},
      {"c10/", kTorchRooms},   {"opencv2/", {"image", "augment", "data", "dataset"}},
      {"CLI/", {"apps"}},      {"jpeglib.h", {"image"}},
      {"png.h", {"image"}},    {"openssl/", {"base"}},
  };
  return kTable;
}

}  // namespace topfive::contracts
