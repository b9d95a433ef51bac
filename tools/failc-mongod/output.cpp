#include "tools/failc-mongod/output.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace failc::mongod_host {
namespace {

constexpr std::size_t kAtOnce = 64;  // messages in one call

}  // namespace

Output::State Output::write(int socket) {
  while (!messages_.empty()) {
    iovec parts[kAtOnce];
    const std::size_t count = std::min(kAtOnce, messages_.size());
    for (std::size_t i = 0; i < count; ++i) parts[i] = {messages_[i].data(), messages_[i].size()};
    parts[0].iov_base = messages_[0].data() + done_;
    parts[0].iov_len -= done_;
    msghdr header{};
    header.msg_iov = parts;
    header.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK ? State::blocked : State::broken;
    }
    size_ -= static_cast<std::size_t>(sent);
    done_ += static_cast<std::size_t>(sent);
    while (!messages_.empty() && done_ >= messages_.front().size()) {
      done_ -= messages_.front().size();
      messages_.pop_front();
    }
  }
  return State::empty;
}

std::string_view read_some(int socket, std::string& buffer, bool& ended) {
  ended = false;
  while (true) {
    const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) return std::string_view(buffer).substr(0, static_cast<std::size_t>(count));
    if (count < 0 && errno == EINTR) continue;
    ended = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    return {};
  }
}

}  // namespace failc::mongod_host
