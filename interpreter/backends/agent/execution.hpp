#pragma once
// One run of a program in a node's folder, its output captured.
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "interpreter/backends/agent/supervisor.hpp"
#include "interpreter/host/fd.hpp"

namespace failc::agent {

/// Reads a pipe to its end. Keeps the first `limit` bytes; what comes after is read and dropped, so that the writer never blocks.
class Capture : public std::enable_shared_from_this<Capture> {
 public:
  Capture(boost::asio::io_context& loop, host::Fd pipe, std::size_t limit) : pipe_(loop, pipe.release()), limit_(limit) { pipe_.non_blocking(true); }
  /// Owned by whoever made it and by the handler in flight: a process left behind may write on.
  void start();
  /// Takes what is in the pipe now.
  void drain();
  std::string take() { return std::exchange(text_, {}); }
  bool truncated() const { return truncated_; }

 private:
  void keep(std::size_t count);
  boost::asio::posix::stream_descriptor pipe_;
  std::size_t limit_;
  std::array<char, 16384> buffer_;
  std::string text_;
  bool truncated_ = false;
};

class Execution {
 public:
  explicit Execution(boost::asio::io_context& loop) : deadline(loop) {}
  std::uint64_t key = 0;  // what the asker calls it
  std::size_t node = 0;
  std::string name;       // of the node
  pid_t main = 0;
  std::shared_ptr<Capture> output, error;  // owned by this and by their handlers in flight
  boost::asio::steady_timer deadline;
  std::optional<int> status;  // of waitpid
  bool ending = false;        // by its deadline, a cancel or the run's end
  std::string why;
  std::function<void(Outcome)> respond;
};

}  // namespace failc::agent
