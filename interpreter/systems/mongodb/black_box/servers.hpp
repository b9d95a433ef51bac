#pragma once
// Played servers on sockets: each has a port of the loopback address, which the kernel chooses.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/black_box/played_server.hpp"

namespace failc::black_box {

class Servers {
 public:
  explicit Servers(boost::asio::io_context& loop) : loop_(loop) {}
  ~Servers();
  Servers(const Servers&) = delete;
  Servers& operator=(const Servers&) = delete;

  Status add(const std::string& address, bool monitored);
  /// From the names to where they listen.
  std::map<std::string, std::string> addresses() const;
  /// The model of one that was added. `carry_out` is to follow whatever is done with it.
  PlayedServer& model(const std::string& address);
  void carry_out(const std::string& address);

 private:
  using Socket = boost::asio::ip::tcp::socket;
  struct Connection;
  struct Server;
  void accept(const std::shared_ptr<Server>& server);
  void read(const std::shared_ptr<Server>& server, const std::shared_ptr<Connection>& connection);
  static void write(const std::shared_ptr<Server>& server, const std::shared_ptr<Connection>& connection);
  static void carry_out(const std::shared_ptr<Server>& server);

  boost::asio::io_context& loop_;
  std::map<std::string, std::shared_ptr<Server>> servers_;  // owned here and by the handlers in flight
};

}  // namespace failc::black_box
