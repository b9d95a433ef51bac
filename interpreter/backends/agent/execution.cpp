#include "interpreter/backends/agent/execution.hpp"

#include <boost/asio/buffer.hpp>

namespace failc::agent {

void Capture::keep(std::size_t count) {
  const std::size_t room = limit_ - text_.size();
  text_.append(buffer_.data(), std::min(room, count));
  truncated_ = truncated_ || count > room;
}

void Capture::start() {
  pipe_.async_read_some(boost::asio::buffer(buffer_), [self = shared_from_this()](boost::system::error_code failed, std::size_t count) {
    if (failed) return;
    self->keep(count);
    self->start();
  });
}

void Capture::drain() {
  // What an ended process wrote fits into the pipe; more can only come from one that it left behind.
  for (int round = 0; round < 64; ++round) {
    boost::system::error_code failed;
    const std::size_t count = pipe_.read_some(boost::asio::buffer(buffer_), failed);
    if (failed || count == 0) return;
    keep(count);
  }
}

}  // namespace failc::agent
