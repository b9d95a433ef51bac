#pragma once
// Commands to servers over TCP, each on a connection of its own.
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "grammar/base/result.hpp"
#include "interpreter/value/value.hpp"

namespace failc::live_cluster {

class CommandClient {
 public:
  using Reply = Result<nlohmann::ordered_json>;  // canonical Extended JSON

  explicit CommandClient(boost::asio::io_context& loop) : loop_(loop) {}
  ~CommandClient();
  /// `done` is called once, from the loop, never from within this call; not at all after `cancel(id)`. `address` is `host:port`.
  void start(std::uint64_t id, const std::string& address, const nlohmann::ordered_json& command, Nanos timeout, std::function<void(Reply)> done);
  void cancel(std::uint64_t id);

 private:
  class Exchange;
  boost::asio::io_context& loop_;
  std::map<std::uint64_t, std::shared_ptr<Exchange>> running_;  // owned by this table and by the handler in flight
};

}  // namespace failc::live_cluster
