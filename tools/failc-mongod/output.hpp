#pragma once
// Messages that wait for their socket.
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace failc::mongod_host {

class Output {
 public:
  enum class State { empty, blocked, broken };

  void add(std::string message) {
    size_ += message.size();
    messages_.push_back(std::move(message));
  }
  std::size_t size() const { return size_; }
  /// Writes as much as the socket takes, which must not block.
  State write(int socket);

 private:
  std::deque<std::string> messages_;
  std::size_t done_ = 0;  // of the first
  std::size_t size_ = 0;  // of all, without what is done
};

/// Reads what is there into `buffer`: the bytes; empty with `ended` where there will be no more, empty without where there is none now.
std::string_view read_some(int socket, std::string& buffer, bool& ended);

}  // namespace failc::mongod_host
