// The few things that the ranks need of TCP: addresses, ports, connections. Every descriptor belongs to the caller.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace topfive::dist {

// The source address that the system would use for packets to this host: the loopback address for itself, else that of
// the interface on the way. Nothing is sent. UserError(kConfig) where the name is unknown or no way leads there.
std::string local_address_towards(const std::string& host, std::uint16_t port);

// A socket that listens on this address only; port 0: one that the system chooses. UserError(kConfig) where the port is
// taken or the address is not of this host.
int listen_on(const std::string& host, std::uint16_t port);

// The port that a socket listens on.
std::uint16_t local_port(int descriptor);

// A connection to host and port, tried again until the time has passed. UserError(kPeerFailed) then, kConfig where the
// host is unknown.
int connect_to(const std::string& host, std::uint16_t port, std::chrono::milliseconds timeout);

// A port of the loopback interface that nobody listens on. The system chose it a moment ago; another process could
// still take it before the caller does, which then fails with a message of its own.
std::uint16_t free_loopback_port();

}  // namespace topfive::dist
