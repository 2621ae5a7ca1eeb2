#include "topfive/dist/tcp.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <thread>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "topfive/base/error.h"
#include "topfive/base/file_descriptor.h"

namespace topfive::dist {
namespace {

using base::ExitCode;
using base::UserError;

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

std::string place(const std::string& host, std::uint16_t port) { return host + ":" + std::to_string(port); }

Addresses look_up(const std::string& host, std::uint16_t port, int type) {
  addrinfo wanted{};
  wanted.ai_socktype = type;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (error == 0) return {found, freeaddrinfo};
  throw UserError(ExitCode::kConfig, "host \"" + host + "\" is unknown here (" + gai_strerror(error) +
                                         "); MASTER_ADDR must be the name or the address of rank 0's host");
}

}  // namespace

std::string local_address_towards(const std::string& host, std::uint16_t port) {
  const Addresses addresses = look_up(host, port, SOCK_DGRAM);
  for (const addrinfo* entry = addresses.get(); entry != nullptr; entry = entry->ai_next) {
    const base::FileDescriptor probe(socket(entry->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_storage own{};
    socklen_t length = sizeof(own);
    auto* const general = reinterpret_cast<sockaddr*>(&own);  // NOLINT: what the socket interface takes
    if (connect(probe.get(), entry->ai_addr, entry->ai_addrlen) != 0) continue;
    if (getsockname(probe.get(), general, &length) != 0) continue;
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(general, length, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0) return text.data();
  }
  throw UserError(ExitCode::kConfig, "no network leads from this host to rank 0's at " + place(host, port));
}

int listen_on(const std::string& host, std::uint16_t port) {
  const Addresses addresses = look_up(host, port, SOCK_STREAM);
  int error = 0;
  for (const addrinfo* entry = addresses.get(); entry != nullptr; entry = entry->ai_next) {
    base::FileDescriptor listener(socket(entry->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int reuse = 1;
    setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
    constexpr int kBacklog = 2048;
    if (bind(listener.get(), entry->ai_addr, entry->ai_addrlen) == 0 && listen(listener.get(), kBacklog) == 0) {
      return listener.release();
    }
    error = errno;
  }
  throw UserError(ExitCode::kConfig, "rank 0 cannot listen on " + place(host, port) + ": " + std::strerror(error) +
                                         "; choose another MASTER_PORT, or run rank 0 on the host MASTER_ADDR names");
}

std::uint16_t local_port(int descriptor) {
  sockaddr_storage own{};
  socklen_t length = sizeof(own);
  auto* const general = reinterpret_cast<sockaddr*>(&own);  // NOLINT: what the socket interface takes
  if (getsockname(descriptor, general, &length) != 0) return 0;
  const auto* const v4 = reinterpret_cast<const sockaddr_in*>(&own);   // NOLINT
  const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(&own);  // NOLINT
  return ntohs(own.ss_family == AF_INET6 ? v6->sin6_port : v4->sin_port);
}

int connect_to(const std::string& host, std::uint16_t port, std::chrono::milliseconds timeout) {
  const Addresses addresses = look_up(host, port, SOCK_STREAM);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  int error = 0;
  do {
    for (const addrinfo* entry = addresses.get(); entry != nullptr; entry = entry->ai_next) {
      base::FileDescriptor connection(socket(entry->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
      // Bounds connect() too, which would otherwise wait for minutes where packets vanish.
      const timeval limit{timeout.count() / 1000, timeout.count() % 1000 * 1000};
      setsockopt(connection.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
      if (connect(connection.get(), entry->ai_addr, entry->ai_addrlen) == 0) return connection.release();
      error = errno;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  } while (std::chrono::steady_clock::now() < deadline);
  throw UserError(ExitCode::kPeerFailed,
                  "rank 0 does not answer at " + place(host, port) + ": " + std::strerror(error));
}

std::uint16_t free_loopback_port() {
  const base::FileDescriptor listener(listen_on("127.0.0.1", 0));
  return local_port(listener.get());
}

}  // namespace topfive::dist
