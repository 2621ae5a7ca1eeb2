#include "topfive/dist/heartbeat.h"

#include <array>
#include <csignal>
#include <future>
#include <memory>
#include <stdexcept>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "topfive/base/error.h"
#include "topfive/dist/line_channel.h"
#include "topfive/dist/tcp.h"

#include "support/catch.h"

using namespace topfive;
using dist::Heartbeat;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

dist::World world_of(int rank, int size) {
  dist::World world;
  world.rank = rank;
  world.size = size;
  world.master_address = "127.0.0.1";
  return world;
}

// A heartbeat of this process, and what it told.
struct Member {
  Member(int rank, int size, std::uint16_t port, milliseconds timeout = seconds{20}) {
    dist::HeartbeatOptions options;
    options.timeout = timeout;
    options.on_lost = [this](const std::string& line) { told.set_value(line); };
    heartbeat = std::make_unique<Heartbeat>(world_of(rank, size), port, options);
  }

  // Empty where nothing is told in time.
  std::string wait_for_loss(milliseconds time = seconds{20}) {
    auto future = told.get_future();
    return future.wait_for(time) == std::future_status::ready ? future.get() : "";
  }

  std::promise<std::string> told;
  std::unique_ptr<Heartbeat> heartbeat;
};

// Another process with a rank's heartbeat, at step 7 in its forward pass; it lives until it is killed. To be made
// before this process has threads.
class OtherProcess {
 public:
  OtherProcess(int rank, int size, milliseconds timeout) {
    if (pipe(to_it_.data()) != 0 || pipe(from_it_.data()) != 0) throw std::runtime_error("no pipe");
    pid_ = fork();
    if (pid_ == 0) be_a_rank(rank, size, timeout);
    close(from_it_[1]);  // so that its end ends the wait for it
  }
  ~OtherProcess() {
    signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
    for (const int end : {to_it_[0], to_it_[1], from_it_[0]}) close(end);
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

  // Returns once it has named itself to rank 0: from then on it is missed when it is gone.
  void meet(std::uint16_t port) {
    REQUIRE(write(to_it_[1], &port, sizeof(port)) == sizeof(port));
    std::uint16_t met = 0;
    REQUIRE(read(from_it_[0], &met, sizeof(met)) == sizeof(met));
  }
  void signal(int number) const { kill(pid_, number); }

 private:
  [[noreturn]] void be_a_rank(int rank, int size, milliseconds timeout) {
    std::uint16_t port = 0;
    if (read(to_it_[0], &port, sizeof(port)) != sizeof(port)) _exit(1);
    Member member(rank, size, port, timeout);
    member.heartbeat->pulse().set(7, "forward");
    if (write(from_it_[1], &port, sizeof(port)) != sizeof(port)) _exit(1);
    for (;;) pause();
  }

  std::array<int, 2> to_it_ = {-1, -1};
  std::array<int, 2> from_it_ = {-1, -1};
  pid_t pid_ = 0;
};

}  // namespace

TEST_CASE("ranks that leave are not missed, and rank 0 waits for the last of them") {
  Member main(0, 3, 0);
  Member one(1, 3, main.heartbeat->port());
  Member two(2, 3, main.heartbeat->port());
  one.heartbeat->leave();
  one.heartbeat.reset();
  auto main_leaves = std::async(std::launch::async, [&] { main.heartbeat->leave(); });
  CHECK(main_leaves.wait_for(milliseconds{300}) == std::future_status::timeout);
  two.heartbeat->leave();
  main_leaves.get();
  main.heartbeat.reset();
  CHECK(main.wait_for_loss(milliseconds{0}).empty());
  CHECK(two.wait_for_loss(milliseconds{200}).empty());
}

TEST_CASE("all ranks are told why one of them cannot go on") {
  Member main(0, 3, 0);
  Member one(1, 3, main.heartbeat->port());
  Member two(2, 3, main.heartbeat->port());
  two.heartbeat->pulse().set(12, "saving");
  one.heartbeat->leave_failed("cannot write \"a\": No space left on device");
  const std::string cause = "rank 1 failed: cannot write \"a\": No space left on device";
  CHECK_THAT(main.wait_for_loss(), StartsWith(cause));
  CHECK(two.wait_for_loss() == cause + "; rank 2 was at step 12, saving");
}

TEST_CASE("all ranks are told why rank 0 cannot go on") {
  Member main(0, 2, 0);
  Member one(1, 2, main.heartbeat->port());
  main.heartbeat->leave_failed("the weights are not finite");
  CHECK_THAT(one.wait_for_loss(), StartsWith("rank 0 failed: the weights are not finite"));
}

TEST_CASE("a rank that is killed is missed at once and by name") {
  OtherProcess two(2, 3, seconds{20});
  Member main(0, 3, 0);
  Member one(1, 3, main.heartbeat->port());
  two.meet(main.heartbeat->port());
  const auto start = std::chrono::steady_clock::now();
  two.signal(SIGKILL);
  const std::string cause = "rank 2 ended without a word (killed, or crashed: see its own output)";
  CHECK_THAT(main.wait_for_loss(), StartsWith(cause));
  CHECK_THAT(one.wait_for_loss(), StartsWith(cause));
  CHECK(std::chrono::steady_clock::now() - start < seconds{10});  // of a time-out of 20
}

TEST_CASE("a rank that is stopped is missed after the time-out, with the place where it was") {
  OtherProcess one(1, 2, seconds{4});
  Member main(0, 2, 0, seconds{4});
  one.meet(main.heartbeat->port());
  usleep(2'000'000);  // five times its beat: rank 0 knows where it is
  one.signal(SIGSTOP);
  CHECK_THAT(
      main.wait_for_loss(),
      StartsWith("rank 1 has not been heard of for 4 s (stopped, its host hangs, or the network is down); it was "
                 "last known at step 7, forward"));
}

TEST_CASE("rank 0, when it is lost, is missed by the others with the place where it was") {
  Member main(0, 2, 0);
  Member one(1, 2, main.heartbeat->port());
  main.heartbeat->pulse().set(12, "saving");
  usleep(1'500'000);  // three times its beat
  main.heartbeat.reset();
  CHECK_THAT(one.wait_for_loss(), StartsWith("rank 0 ended without a word (killed, or crashed: see its own output); it "
                                             "was last known at step 12, saving; rank 1 was at step 0, starting"));
}

TEST_CASE("whoever does not name a rank of the run is sent away") {
  Member main(0, 2, 0);
  for (const char* line : {"hello 5", "hello 0", "hello one", "GET / HTTP/1.1"}) {
    INFO(line);
    dist::LineChannel stranger(dist::connect_to("127.0.0.1", main.heartbeat->port(), seconds{5}));
    stranger.send(line);
    for (int i = 0; i < 500 && stranger.is_open(); ++i) {
      stranger.receive();
      usleep(10'000);
    }
    CHECK_FALSE(stranger.is_open());
  }
}

TEST_CASE("a rank that finds no rank 0 says where it looked") {
  const std::uint16_t nobody = dist::free_loopback_port();
  try {
    const Member member(1, 2, nobody, milliseconds{300});
    FAIL("no error");
  } catch (const base::UserError& error) {
    CHECK(error.code() == base::ExitCode::kPeerFailed);
    CHECK_THAT(error.what(), ContainsSubstring("rank 0 does not answer at 127.0.0.1:" + std::to_string(nobody)));
  }
}
