// The house rules as data: which room may include which, and where each third-party header may appear.
//
// The same table in prose is in docs/architecture.md; a change of one is a change of both.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace topfive::contracts {

struct RoomRule {
  std::string room;
  std::set<std::string> may_include;  // other rooms; a room always includes itself
};

// The programs count as one room, "apps", which nobody may include.
const std::vector<RoomRule>& room_table();

// nullptr if there is no such room.
const RoomRule* find_room(const std::string& name);

struct ThirdPartyRule {
  std::string prefix;           // of the name inside <...> or "..."
  std::set<std::string> rooms;  // where it may be included
};

const std::vector<ThirdPartyRule>& third_party_table();

}  // namespace topfive::contracts
