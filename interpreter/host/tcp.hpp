#pragma once
// One question over TCP: connect, send, read until the answer is there.
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "interpreter/host/http.hpp"
#include "interpreter/value/value.hpp"

namespace failc::host {

struct TcpRequest {
  std::string address, send;
  std::optional<Regex> until;  // absent: the first bytes that come are the answer; where it matches "", the connection is
};
struct TcpAnswer {
  Sent sent = Sent::answered;
  std::string error, text;
};

class TcpClient {
 public:
  explicit TcpClient(boost::asio::io_context& loop) : loop_(loop) {}
  ~TcpClient();
  /// As HttpClient: `done` is called once, from the loop, unless cancelled.
  void start(std::uint64_t id, const TcpRequest& request, std::function<void(TcpAnswer)> done);
  Sent cancel(std::uint64_t id);

 private:
  class Exchange;
  boost::asio::io_context& loop_;
  std::map<std::uint64_t, std::shared_ptr<Exchange>> running_;  // owned by this table and by the handler in flight
};

}  // namespace failc::host
