#include "interpreter/systems/mongodb/black_box/played_server.hpp"

#include <algorithm>
#include <utility>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::black_box {
namespace {

bool is_hello_name(std::string_view name) { return name == "hello" || name == "isMaster" || name == "ismaster"; }

/// As a server answers those who ask by the old name.
bson::Document legacy(const bson::Document& reply) {
  bson::Builder out;
  for (const bson::Element& element : reply.view()) out.append(element.key == "isWritablePrimary" ? "ismaster" : element.key, element.value);
  return out.finish();
}

bson::Document fine() { return bson::Builder().append("ok", 1).finish(); }

}  // namespace

std::vector<PlayedServer::Effect> PlayedServer::take() { return std::exchange(effects_, {}); }

void PlayedServer::received(ConnectionId id, std::string_view bytes) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  std::vector<std::string> messages;
  const Status split = found->second.splitter.feed(bytes, messages);
  for (const std::string& message : messages)
    if (const auto still = connections_.find(id); still != connections_.end()) request(id, still->second, message);
  if (!split) close(id);
}

void PlayedServer::closed(ConnectionId id) {
  connections_.erase(id);
  std::erase(diverted_, id);
  if (monitor_ == id) monitor_.reset();
}

void PlayedServer::close(ConnectionId id) {
  effects_.push_back({id, {}, true});
  closed(id);
}

void PlayedServer::request(ConnectionId id, Connection& connection, std::string_view message) {
  const Result<wire::Message> parsed = wire::parse(message);
  if (!parsed) return close(id);
  Request out;
  out.id = parsed->header.request_id;
  bson::View body;
  if (const auto* msg = std::get_if<wire::Msg>(&parsed->content)) {
    body = bson::View(msg->body);
    out.exhaust = msg->exhaust_allowed();
    if (msg->more_to_come()) return;  // no answer is wanted
  } else if (const auto* query = std::get_if<wire::Query>(&parsed->content)) {
    body = bson::View(query->query);
    out.query = true;
  } else {
    return close(id);
  }
  std::string_view name = body.front().key;
  // The old way to add a read preference to a command.
  if ((name == "$query" || name == "query") && body.find(name).type() == bson::Type::document) body = body.find(name).as_document(), name = body.front().key;
  out.awaited = body.has("topologyVersion");
  out.legacy = name != "hello";
  return is_hello_name(name) ? on_hello(id, connection, out) : on_command(id, connection, out);
}

PlayedServer::Hold* PlayedServer::next_hold(std::optional<Stage> stage) {
  for (auto& [number, hold] : holds_)
    if (!hold.connection && (!stage || hold.stage == *stage)) return &hold;
  return nullptr;
}

/// Of a connection that says hello for the first time.
bool PlayedServer::is_operation() const {
  if (!monitored_) return true;
  // Operations go to servers that are known, so that a monitor is there; one that has lost its connection comes back before.
  return monitor_ && std::any_of(holds_.begin(), holds_.end(), [](const auto& hold) { return !hold.second.connection; });
}

void PlayedServer::on_hello(ConnectionId id, Connection& connection, const Request& hello) {
  connection.hello = hello;
  connection.stream.reset();
  if (connection.use == Use::unknown) {
    const auto monitor = monitor_ ? connections_.find(*monitor_) : connections_.end();
    // While a monitor's hello may take its time, round trips are measured over another connection. Any other new one is the monitor's, come back.
    const bool streams = monitor != connections_.end() && (monitor->second.stream || (monitor->second.hello && monitor->second.hello->awaited));
    if (is_operation()) connection.use = Use::operation;
    else if (streams) connection.use = Use::other;
    else connection.use = Use::monitor, monitor_ = id;
    if (connection.use == Use::operation)
      if (Hold* const hold = next_hold(std::nullopt); hold && hold->stage == Stage::handshake) {
        hold->connection = id;
        return;
      }
  }
  if (connection.use != Use::monitor) say(id, connection);
}

void PlayedServer::on_command(ConnectionId id, Connection& connection, const Request& command) {
  connection.command = command;
  connection.use = connection.use == Use::unknown ? Use::operation : connection.use;
  if (Hold* const hold = next_hold(Stage::command)) {
    hold->connection = id;
    return;
  }
  if (next_hold(Stage::handshake) != nullptr) return diverted_.push_back(id);
  send(id, *std::exchange(connection.command, std::nullopt), fine().bytes(), false);
}

void PlayedServer::say(ConnectionId id, Connection& connection) {
  if (!latest_) return;
  if (!connection.hello && !connection.stream) return;
  const Request to = connection.hello ? *std::exchange(connection.hello, std::nullopt) : *connection.stream;
  const bool more = to.awaited && to.exhaust;
  send(id, to, (to.legacy ? legacy(*latest_) : *latest_).bytes(), more);
  if (!more) return;
  connection.stream = to;
  connection.stream->id = last_id_;
}

void PlayedServer::send(ConnectionId id, const Request& to, std::string_view document, bool more) {
  const std::int32_t number = ++last_id_;
  effects_.push_back({id, to.query ? wire::write_reply(number, to.id, wire::kAwaitCapable, document) : wire::write_msg(number, to.id, more ? wire::kMoreToCome : 0, document), false});
}

bool PlayedServer::awaits_hello() const {
  if (!monitor_) return false;
  const Connection& connection = connections_.at(*monitor_);
  return connection.hello || connection.stream;
}

void PlayedServer::say_hello(const bson::Document& reply) {
  latest_ = reply;
  if (monitor_) say(*monitor_, connections_.at(*monitor_));
  for (auto& [id, connection] : connections_)
    if (connection.use != Use::monitor && connection.hello) {
      const bool held = std::any_of(holds_.begin(), holds_.end(), [&, id = id](const auto& hold) { return hold.second.connection == id; });  // clang 14 captures no binding
      if (!held) say(id, connection);
    }
}

void PlayedServer::hang_up() {
  if (monitor_) close(*monitor_);
}

std::uint64_t PlayedServer::hold_next(Stage stage) {
  holds_[++last_hold_].stage = stage;
  return last_hold_;
}

PlayedServer::Connection* PlayedServer::of(std::uint64_t number) {
  const auto hold = holds_.find(number);
  if (hold == holds_.end() || !hold->second.connection) return nullptr;
  const auto connection = connections_.find(*hold->second.connection);
  return connection == connections_.end() ? nullptr : &connection->second;
}

bool PlayedServer::holds(std::uint64_t number) const {
  const auto hold = holds_.find(number);
  return hold != holds_.end() && hold->second.connection && connections_.contains(*hold->second.connection);
}

void PlayedServer::answer(std::uint64_t number, const bson::Document& reply) {
  Connection* const connection = of(number);
  if (connection == nullptr) return;
  std::optional<Request>& waiting = holds_[number].stage == Stage::handshake ? connection->hello : connection->command;
  if (waiting) send(*holds_[number].connection, *std::exchange(waiting, std::nullopt), reply.bytes(), false);
  holds_.erase(number);
}

void PlayedServer::network_error(std::uint64_t number) {
  if (of(number) != nullptr) close(*holds_[number].connection);
  holds_.erase(number);
}

void PlayedServer::forget(std::uint64_t number) { holds_.erase(number); }

void PlayedServer::release() {
  for (const ConnectionId id : std::exchange(diverted_, {}))
    if (const auto found = connections_.find(id); found != connections_.end() && found->second.command)
      send(id, *std::exchange(found->second.command, std::nullopt), fine().bytes(), false);
}

}  // namespace failc::black_box
