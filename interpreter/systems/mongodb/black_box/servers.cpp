#include "interpreter/systems/mongodb/black_box/servers.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "grammar/base/bug.hpp"

namespace failc::black_box {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct Servers::Connection {
  Connection(ConnectionId number, Socket accepted) : id(number), socket(std::move(accepted)) {}
  ConnectionId id;
  Socket socket;
  std::array<char, 16384> chunk;
  std::string queued, sending;
  bool writing = false, closing = false;  // closing: behind what is queued
};

struct Servers::Server {
  Server(asio::io_context& loop, bool monitored) : acceptor(loop), model(monitored) {}
  tcp::acceptor acceptor;
  PlayedServer model;
  std::map<ConnectionId, std::shared_ptr<Connection>> connections;
  ConnectionId last = 0;

  void end(Connection& connection) {
    error_code ignored;
    connection.socket.close(ignored);
    connections.erase(connection.id);
  }
};

Servers::~Servers() {
  for (const auto& [address, server] : servers_) {
    error_code ignored;
    server->acceptor.close(ignored);
    for (const auto& [id, connection] : std::exchange(server->connections, {})) connection->socket.close(ignored);
  }
}

Status Servers::add(const std::string& address, bool monitored) {
  auto server = std::make_shared<Server>(loop_, monitored);
  error_code wrong;
  server->acceptor.open(tcp::v4(), wrong);
  if (!wrong) server->acceptor.bind({asio::ip::address_v4::loopback(), 0}, wrong);
  if (!wrong) server->acceptor.listen(tcp::acceptor::max_listen_connections, wrong);
  if (wrong) return Error{"no port for the played server `" + address + "`: " + wrong.message()};
  servers_[address] = server;
  accept(server);
  return Done{};
}

std::map<std::string, std::string> Servers::addresses() const {
  std::map<std::string, std::string> out;
  for (const auto& [address, server] : servers_) {
    error_code ignored;
    out[address] = "127.0.0.1:" + std::to_string(server->acceptor.local_endpoint(ignored).port());
  }
  return out;
}

PlayedServer& Servers::model(const std::string& address) {
  const auto found = servers_.find(address);
  if (found == servers_.end()) FAILC_BUG("a server that is not played");
  return found->second->model;
}

void Servers::carry_out(const std::string& address) {
  if (const auto found = servers_.find(address); found != servers_.end()) carry_out(found->second);
}

void Servers::accept(const std::shared_ptr<Server>& server) {
  server->acceptor.async_accept([this, server](error_code failed, Socket socket) {
    if (failed) return;
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const ConnectionId id = ++server->last;
    auto connection = std::make_shared<Connection>(id, std::move(socket));
    server->connections.emplace(id, connection);
    server->model.opened(id);
    read(server, connection);
    accept(server);
  });
}

void Servers::read(const std::shared_ptr<Server>& server, const std::shared_ptr<Connection>& connection) {
  connection->socket.async_read_some(asio::buffer(connection->chunk), [this, server, connection](error_code failed, std::size_t count) {
    if (!server->connections.contains(connection->id)) return;
    if (failed) {
      server->model.closed(connection->id);
      server->end(*connection);
      return;
    }
    server->model.received(connection->id, {connection->chunk.data(), count});
    carry_out(server);
    if (server->connections.contains(connection->id)) read(server, connection);
  });
}

void Servers::carry_out(const std::shared_ptr<Server>& server) {
  for (PlayedServer::Effect& effect : server->model.take()) {
    const auto found = server->connections.find(effect.connection);
    if (found == server->connections.end()) continue;
    const std::shared_ptr<Connection> connection = found->second;
    connection->queued += effect.bytes;
    connection->closing = connection->closing || effect.close;
    write(server, connection);
  }
}

void Servers::write(const std::shared_ptr<Server>& server, const std::shared_ptr<Connection>& connection) {
  if (connection->writing) return;
  if (connection->queued.empty()) {
    if (connection->closing) server->end(*connection);
    return;
  }
  connection->writing = true;
  connection->sending = std::exchange(connection->queued, {});
  asio::async_write(connection->socket, asio::buffer(connection->sending), [server, connection](error_code failed, std::size_t) {
    connection->writing = false;
    if (!server->connections.contains(connection->id)) return;
    if (!failed) return write(server, connection);
    server->model.closed(connection->id);
    server->end(*connection);
  });
}

}  // namespace failc::black_box
