#include "topfive/dist/heartbeat_sides.h"

#include <charconv>
#include <list>
#include <vector>

#include <poll.h>
#include <sys/socket.h>

#include "topfive/base/file_descriptor.h"
#include "topfive/dist/line_channel.h"
#include "topfive/dist/tcp.h"

namespace topfive::dist {
namespace {

constexpr const char* kHello = "hello ";
constexpr const char* kFailed = "failed ";
constexpr const char* kLost = "lost ";
constexpr const char* kBye = "bye";

bool begins_with(const std::string& line, const std::string& word) { return line.rfind(word, 0) == 0; }

void wait_for_input(std::vector<pollfd>& sockets, std::chrono::milliseconds time) {
  poll(sockets.data(), sockets.size(), static_cast<int>(time.count()));
}

// Rank 0.
class MainSide : public HeartbeatSide {
 public:
  MainSide(const World& world, const HeartbeatOptions& options)
      : listener_(listen_on(world.master_address, 0)),
        hub_(world.size, options.timeout, options.stall_timeout, std::chrono::steady_clock::now()),
        size_(world.size) {}

  std::uint16_t port() const override { return local_port(listener_.get()); }

  void wait(std::chrono::milliseconds time) override {
    std::vector<pollfd> sockets = {{listener_.get(), POLLIN, 0}};
    for (const Peer& peer : peers_) sockets.push_back({peer.channel.descriptor(), POLLIN, 0});
    wait_for_input(sockets, time);
  }

  std::string exchange(const Beat& own, bool leaving, Time now) override {
    accept_new();
    leaving ? hub_.left(0) : hub_.heard(0, own, now);
    for (Peer& peer : peers_) hear(peer, now);
    const std::string loss = hub_.verdict(now);
    tell_all(loss.empty() ? beat_line(own) : kLost + loss);
    if (hub_.all_left()) tell_all(kBye);
    std::erase_if(peers_, [](const Peer& peer) { return !peer.channel.is_open(); });
    return loss;
  }

  bool may_leave() const override { return hub_.all_left(); }
  void tell_failure(const std::string& reason) override {
    accept_new();  // a rank that has only just come must hear it too
    tell_all(kLost + ("rank 0 failed: " + reason));
  }

 private:
  struct Peer {
    explicit Peer(int descriptor) : channel(descriptor) {}

    LineChannel channel;
    int rank = -1;  // until it has said
  };

  void accept_new() {
    for (;;) {
      pollfd pending{listener_.get(), POLLIN, 0};
      if (poll(&pending, 1, 0) != 1) return;
      const int descriptor = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (descriptor < 0) return;
      peers_.emplace_back(descriptor);
    }
  }

  void hear(Peer& peer, Time now) {
    for (const std::string& line : peer.channel.receive()) understand(peer, line, now);
    if (!peer.channel.is_open() && peer.rank > 0) hub_.disconnected(peer.rank);
  }

  void understand(Peer& peer, const std::string& line, Time now) {
    if (peer.rank < 0) return greet(peer, line, now);
    if (line == kBye) return hub_.left(peer.rank);
    if (begins_with(line, kFailed)) return hub_.failed(peer.rank, line.substr(std::string(kFailed).size()));
    if (const auto beat = parse_beat(line)) hub_.heard(peer.rank, *beat, now);
  }

  // Whoever does not name a rank first is no rank of ours.
  void greet(Peer& peer, const std::string& line, Time now) {
    const std::string number = begins_with(line, kHello) ? line.substr(std::string(kHello).size()) : "";
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), peer.rank);
    const bool known = error == std::errc{} && !number.empty() && *end == '\0' && peer.rank > 0 && peer.rank < size_;
    if (known) return hub_.heard(peer.rank, {"its start", std::chrono::milliseconds{0}, false}, now);
    peer.rank = -1;
    peer.channel.close();
  }

  void tell_all(const std::string& line) {
    for (Peer& peer : peers_) peer.channel.send(line);
  }

  base::FileDescriptor listener_;
  HeartbeatHub hub_;
  int size_;
  std::list<Peer> peers_;
};

// Every other rank.
class OtherSide : public HeartbeatSide {
 public:
  OtherSide(const World& world, std::uint16_t port, const HeartbeatOptions& options)
      : channel_(connect_to(world.master_address, port, options.timeout)),
        // Rank 0 alone, seen from here.
        hub_(1, options.timeout, options.stall_timeout, std::chrono::steady_clock::now()),
        port_(port) {
    hear_main({.where = "its start"}, std::chrono::steady_clock::now());
    channel_.send(kHello + std::to_string(world.rank));
  }

  std::uint16_t port() const override { return port_; }

  void wait(std::chrono::milliseconds time) override {
    std::vector<pollfd> sockets = {{channel_.descriptor(), POLLIN, 0}};
    wait_for_input(sockets, time);
  }

  std::string exchange(const Beat& own, bool leaving, Time now) override {
    channel_.send(leaving ? kBye : beat_line(own));
    const std::vector<std::string> lines = channel_.receive();
    for (const std::string& line : lines) {
      if (begins_with(line, kLost)) return line.substr(std::string(kLost).size());
      if (line == kBye) all_left_ = true;
      if (const auto beat = parse_beat(line)) hear_main(*beat, now);
    }
    if (!channel_.is_open() && !leaving && !all_left_) hub_.disconnected(0);
    return leaving ? "" : hub_.verdict(now);
  }

  // Its good-bye is on the way as long as the connection stands.
  bool may_leave() const override { return !channel_.wants_to_write(); }
  void tell_failure(const std::string& reason) override { channel_.send(kFailed + reason); }

 private:
  // Whether rank 0 has stopped moving is for rank 0 to judge, which tells all at once.
  void hear_main(Beat beat, Time now) {
    beat.age = std::chrono::milliseconds{0};
    hub_.heard(0, beat, now);
  }

  LineChannel channel_;
  HeartbeatHub hub_;
  std::uint16_t port_;
  bool all_left_ = false;
};

}  // namespace

std::unique_ptr<HeartbeatSide> make_heartbeat_side(const World& world, std::uint16_t port,
                                                   const HeartbeatOptions& options) {
  if (world.is_main()) return std::make_unique<MainSide>(world, options);
  return std::make_unique<OtherSide>(world, port, options);
}

}  // namespace topfive::dist
