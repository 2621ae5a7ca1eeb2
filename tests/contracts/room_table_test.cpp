#include "contracts/room_table.h"

#include <algorithm>

#include "support/catch.h"

namespace topfive::contracts {
namespace {

// Rooms are listed after everything that they may include, which is only possible without a cycle.
bool names_only_earlier_rooms(const std::vector<RoomRule>& table) {
  std::set<std::string> earlier;
  for (const auto& rule : table) {
    const auto known = [&](const std::string& name) { return earlier.count(name) == 1; };
    if (!std::all_of(rule.may_include.begin(), rule.may_include.end(), known)) return false;
    earlier.insert(rule.room);
  }
  return true;
}

}  // namespace

TEST_CASE("the room table has no cycle") { REQUIRE(names_only_earlier_rooms(room_table())); }

TEST_CASE("a cycle in a room table is noticed") {
  REQUIRE_FALSE(names_only_earlier_rooms({{"upstairs", {"downstairs"}}, {"downstairs", {"upstairs"}}}));
}

TEST_CASE("no room may include the programs") {
  for (const auto& rule : room_table()) {
    INFO(rule.room);
    CHECK(rule.may_include.count("apps") == 0);
  }
}

TEST_CASE("third-party rules name rooms that exist") {
  for (const auto& rule : third_party_table()) {
    for (const auto& room : rule.rooms) {
      INFO(rule.prefix << " in " << room);
      CHECK(find_room(room) != nullptr);
    }
  }
}

}  // namespace topfive::contracts
