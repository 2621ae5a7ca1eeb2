// Short lines of text over a connected TCP socket, without ever waiting.
//
// What comes from the network is not trusted: a line longer than kMaxLine ends the connection.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "topfive/base/file_descriptor.h"

namespace topfive::dist {

class LineChannel {
 public:
  static constexpr std::size_t kMaxLine = 1000;

  // Takes the descriptor over and makes it non-blocking. With `tcp`, small lines go out at once.
  explicit LineChannel(int descriptor);

  int descriptor() const { return socket_.get(); }
  // Until the peer's end has been received: what it said last is never lost, also where it no longer listens.
  bool is_open() const { return socket_.is_open(); }
  bool wants_to_write() const { return !out_.empty(); }

  // Control characters in the text become '?', and what is too long is cut. What the system does not take at once
  // stays until the next send() or flush(); a peer that takes nothing for long loses the oldest lines, not the newest.
  // To a peer that is gone nothing is sent; receive() tells that it is.
  void send(const std::string& line);
  void flush();
  // The complete lines that have come. At the end of the connection it closes, after which is_open() is false.
  std::vector<std::string> receive();
  void close() { socket_.reset(-1); }

 private:
  base::FileDescriptor socket_;
  std::string in_;
  std::string out_;
  bool is_heard_ = true;
};

}  // namespace topfive::dist
