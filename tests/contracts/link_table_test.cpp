#include <algorithm>

#include "contracts/room_libraries.h"
#include "contracts/source_tree.h"
#include "support/catch.h"

namespace topfive::contracts {
namespace {

using Findings = std::vector<std::string>;
const Findings kNone;

// A tree of two rooms, base and image; image's CMake file and one source are the caller's.
Findings check_image_room(const std::string& cmake, const std::string& source) {
  const SyntheticTree tree;
  tree.add("lib/topfive/base/CMakeLists.txt", "topfive_room(base SOURCES log.cpp LINKS spdlog::spdlog)\n");
  tree.add("lib/topfive/engine/CMakeLists.txt", "topfive_room(engine TORCH SOURCES run.cpp)\n");
  tree.add("lib/topfive/image/CMakeLists.txt", cmake);
  tree.add("lib/topfive/image/crop.cpp", source);
  return check_links(tree.root());
}

}  // namespace

TEST_CASE("every library links the rooms that it includes and no room that it may not include") {
  CHECK(check_links(project_root()) == kNone);
}

TEST_CASE("the link check reads every room of the tree") {
  const auto libraries = read_room_libraries(project_root());
  const auto declared = [&](const std::string& name) {
    return std::any_of(libraries.begin(), libraries.end(), [&](const auto& library) { return library.name == name; });
  };
  for (const auto* const name : {"base", "image", "augment", "data", "weights", "weights_torch", "engine"}) {
    INFO(name);
    CHECK(declared(name));
  }
}

TEST_CASE("a call in a CMake file is read with its flag, sources and links") {
  const SyntheticTree tree;
  tree.add("lib/topfive/weights/CMakeLists.txt",
           "if(TOPFIVE_WITH_TORCH)\n  topfive_room(weights_torch TORCH  # why\n    SOURCES a.cpp b.cpp\n"
           "    LINKS topfive::weights ZLIB::ZLIB)\nendif()\n");
  const auto libraries = read_room_libraries(tree.root());
  REQUIRE(libraries.size() == 1);
  CHECK(libraries[0].name == "weights_torch");
  CHECK(libraries[0].room == "weights");
  CHECK(libraries[0].torch);
  CHECK(libraries[0].sources.size() == 2);
  CHECK(libraries[0].links == std::vector<std::string>{"topfive::weights", "ZLIB::ZLIB"});
}

TEST_CASE("a library whose links equal its includes passes") {
  CHECK(check_image_room("topfive_room(image SOURCES crop.cpp LINKS topfive::base)",
                         "#include \"topfive/base/log.h\"\n") == kNone);
}

TEST_CASE("a library that includes a room without linking it is reported") {
  CHECK(
      check_image_room("topfive_room(image SOURCES crop.cpp LINKS ZLIB::ZLIB)", "#include \"topfive/base/log.h\"\n") ==
      Findings{"image includes the room base without linking it"});
}

TEST_CASE("a link against the room table is reported") {
  CHECK(check_image_room("topfive_room(image SOURCES crop.cpp LINKS topfive::engine)", "") ==
        Findings{"image links the room engine, which image may not include"});
}

TEST_CASE("a link to a library that no room declares is reported") {
  CHECK(check_image_room("topfive_room(image SOURCES crop.cpp LINKS topfive::cellar)", "") ==
        Findings{"image links topfive::cellar, which no room declares"});
}

}  // namespace topfive::contracts
