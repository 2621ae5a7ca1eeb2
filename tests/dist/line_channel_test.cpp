#include "topfive/dist/line_channel.h"

#include <array>

#include <sys/socket.h>
#include <unistd.h>

#include "support/catch.h"

using topfive::dist::LineChannel;

namespace {

std::array<int, 2> socket_pair() {
  std::array<int, 2> ends = {-1, -1};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  return ends;
}

}  // namespace

TEST_CASE("a channel brings whole lines, whatever pieces they come in") {
  const auto [here, there] = socket_pair();
  LineChannel channel(here);
  LineChannel peer(there);
  REQUIRE(::send(there, "one\ntw", 6, 0) == 6);
  CHECK(channel.receive() == std::vector<std::string>{"one"});
  peer.send("o");
  peer.send("tab\there");
  CHECK(channel.receive() == std::vector<std::string>{"two", "tab?here"});
  CHECK(channel.is_open());
}

TEST_CASE("what a peer said before it went is heard, also after sending to it has failed") {
  const auto [here, there] = socket_pair();
  LineChannel channel(here);
  {
    LineChannel peer(there);
    peer.send("failed No space left on device");
  }
  channel.send("alive");
  channel.send("alive");
  CHECK(channel.is_open());
  CHECK_FALSE(channel.wants_to_write());
  CHECK(channel.receive() == std::vector<std::string>{"failed No space left on device"});
  CHECK_FALSE(channel.is_open());
}

TEST_CASE("a line that never ends closes the channel") {
  const auto [here, there] = socket_pair();
  LineChannel channel(here);
  const std::string endless(LineChannel::kMaxLine + 100, 'x');
  REQUIRE(::send(there, endless.data(), endless.size(), 0) == static_cast<ssize_t>(endless.size()));
  CHECK(channel.receive().empty());
  CHECK_FALSE(channel.is_open());
  close(there);
}
