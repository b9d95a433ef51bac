#pragma once
// Lines over a connected Unix socket, both ways.
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "interpreter/host/fd.hpp"

namespace failc::host {

class LineChannel {
 public:
  struct Handlers {
    std::function<void(std::string_view line)> line;
    std::function<void(std::string reason)> end;  // once; not after close()
  };
  /// A line longer than `limit` ends the channel.
  LineChannel(boost::asio::io_context& loop, Fd socket, std::size_t limit, Handlers handlers);
  ~LineChannel();
  LineChannel(const LineChannel&) = delete;
  LineChannel& operator=(const LineChannel&) = delete;

  /// Queued; the newline is added.
  void send(std::string line);
  /// Bytes queued and not yet taken by the kernel.
  std::size_t unsent() const;
  /// No lines are handed out (nor read) while held.
  void hold(bool held);
  /// No handler is called any more. What is queued may be lost.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;  // owned by the channel and by the handler in flight
};

}  // namespace failc::host
