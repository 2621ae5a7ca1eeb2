#include "topfive/dist/line_channel.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "topfive/base/text.h"

namespace topfive::dist {
namespace {

constexpr std::size_t kMaxUnsent = 64 * 1024;

bool would_wait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

LineChannel::LineChannel(int descriptor) : socket_(descriptor) {
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  const int at_once = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once));  // fails on a Unix socket: no matter
}

void LineChannel::send(const std::string& line) {
  if (!is_open() || !is_heard_) return;
  // The unsent part may begin in the middle of a line: that line must stay whole.
  if (out_.size() > kMaxUnsent) out_.resize(out_.find('\n') + 1);
  out_ += base::one_line(line, kMaxLine) + "\n";
  flush();
}

void LineChannel::flush() {
  while (is_open() && !out_.empty()) {
    const ssize_t sent = ::send(socket_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (would_wait()) return;
      is_heard_ = false;
      out_.clear();
      return;
    }
    out_.erase(0, static_cast<std::size_t>(sent));
  }
}

std::vector<std::string> LineChannel::receive() {
  std::array<char, 4096> buffer{};
  while (is_open()) {
    const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && would_wait()) break;
    if (got <= 0) {
      close();
      break;
    }
    in_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  std::vector<std::string> lines;
  for (auto end = in_.find('\n'); end != std::string::npos; end = in_.find('\n')) {
    lines.push_back(in_.substr(0, end));
    in_.erase(0, end + 1);
  }
  if (in_.size() > kMaxLine + 4) close();
  return lines;
}

}  // namespace topfive::dist
