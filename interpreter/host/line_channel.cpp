#include "interpreter/host/line_channel.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace failc::host {

namespace asio = boost::asio;
using boost::system::error_code;

struct LineChannel::State : std::enable_shared_from_this<State> {
  State(asio::io_context& loop, int fd, std::size_t line_limit, Handlers calls)
      : socket(loop, asio::local::stream_protocol(), fd), limit(line_limit), handlers(std::move(calls)) {}

  void read() {
    if (reading || held || !open) return;
    reading = true;
    socket.async_read_some(asio::buffer(chunk), [self = shared_from_this()](error_code failed, std::size_t count) {
      self->reading = false;
      if (!self->open) return;
      if (failed) return self->fail(failed == asio::error::eof ? "the other side closed the connection" : failed.message());
      self->received.append(self->chunk.data(), count);
      self->hand_out();
    });
  }

  void hand_out() {
    while (open && !held) {
      const auto newline = received.find('\n', scanned);
      if (newline == std::string::npos) {
        scanned = received.size();
        received.erase(0, begin);
        scanned -= begin;
        begin = 0;
        if (received.size() > limit) return fail("a message is longer than " + std::to_string(limit) + " bytes");
        return read();
      }
      if (newline - begin > limit) return fail("a message is longer than " + std::to_string(limit) + " bytes");
      const std::string line = received.substr(begin, newline - begin);
      begin = scanned = newline + 1;
      handlers.line(line);
    }
  }

  void write() {
    if (writing || !open || queued.empty()) return;
    writing = true;
    sending = std::exchange(queued, {});
    asio::async_write(socket, asio::buffer(sending), [self = shared_from_this()](error_code failed, std::size_t) {
      self->writing = false;
      self->sending.clear();
      if (!self->open) return;
      if (failed) return self->fail(failed.message());
      self->write();
    });
  }

  void fail(std::string reason) {
    open = false;
    error_code ignored;
    socket.close(ignored);
    handlers.end(std::move(reason));
  }

  asio::local::stream_protocol::socket socket;
  std::size_t limit;
  Handlers handlers;
  std::array<char, 65536> chunk;
  std::string received, queued, sending;
  std::size_t begin = 0, scanned = 0;  // of `received`: the first byte not handed out, the first not searched
  bool open = true, held = false, reading = false, writing = false;
};

LineChannel::LineChannel(asio::io_context& loop, Fd socket, std::size_t limit, Handlers handlers)
    : state_(std::make_shared<State>(loop, socket.release(), limit, std::move(handlers))) {
  state_->read();
}

LineChannel::~LineChannel() { close(); }

void LineChannel::send(std::string line) {
  if (!state_->open) return;
  state_->queued += line;
  state_->queued += '\n';
  state_->write();
}

std::size_t LineChannel::unsent() const { return state_->queued.size() + state_->sending.size(); }

void LineChannel::hold(bool held) {
  if (state_->held == held) return;
  state_->held = held;
  if (!held) asio::post(state_->socket.get_executor(), [state = state_] { if (!state->reading) state->hand_out(); });
}

void LineChannel::close() {
  state_->open = false;
  error_code ignored;
  state_->socket.close(ignored);
}

}  // namespace failc::host
