#pragma once
// A server that a phase file speaks for, without I/O: it says hello to the driver's monitor only when it is told to, holds operations of
// which something is to become, and answers the rest. The driver's connections tell by their first hello what they are for.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/bson/document.hpp"
#include "interpreter/systems/mongodb/wire/splitter.hpp"

namespace failc::black_box {

using ConnectionId = std::uint64_t;

/// How far an operation's connection has come when it is held.
enum class Stage : std::uint8_t { handshake, command };

class PlayedServer {
 public:
  struct Effect {
    ConnectionId connection = 0;
    std::string bytes;  // to send
    bool close = false;  // behind them
  };
  /// `monitored` is false behind a load balancer: no connection is a monitor's then.
  explicit PlayedServer(bool monitored = true) : monitored_(monitored) {}

  void opened(ConnectionId connection) { connections_.try_emplace(connection); }
  void received(ConnectionId connection, std::string_view bytes);
  void closed(ConnectionId connection);
  /// What is to be done since the last call, in order.
  std::vector<Effect> take();

  /// Whether the driver's monitor waits for a hello, or takes one unasked.
  bool awaits_hello() const;
  /// What hello is answered with: the monitor's that waits, and from then on everybody else's.
  void say_hello(const bson::Document& reply);
  /// A network error in place of an answer to the monitor that waits.
  void hang_up();

  /// The next operation is held at this stage: its number.
  std::uint64_t hold_next(Stage stage);
  /// Whether it has come.
  bool holds(std::uint64_t number) const;
  /// What becomes of one that is held; nothing of one that is not. `network_error` closes its connection.
  void answer(std::uint64_t number, const bson::Document& reply);
  void network_error(std::uint64_t number);
  /// The driver gave it up.
  void forget(std::uint64_t number);
  /// Commands that came over an old connection while an operation was wanted that makes a new one: they are held until `release`.
  std::size_t diverted() const { return diverted_.size(); }
  void release();

 private:
  enum class Use : std::uint8_t { unknown, monitor, operation, other };
  struct Request {
    std::int32_t id = 0;
    bool query = false;    // it came as OP_QUERY
    bool exhaust = false;  // more answers than one may come
    bool legacy = false;   // hello by its old name
    bool awaited = false;  // hello: it has a topology version, so that the answer may take its time
  };
  struct Connection {
    wire::Splitter splitter;
    Use use = Use::unknown;
    std::optional<Request> hello;    // that has no answer yet
    std::optional<Request> command;  // likewise
    std::optional<Request> stream;   // where the next answer is not asked for: of which hello, with the last answer's id
  };
  struct Hold {
    Stage stage = Stage::command;
    std::optional<ConnectionId> connection;
  };

  void request(ConnectionId id, Connection& connection, std::string_view message);
  void on_hello(ConnectionId id, Connection& connection, const Request& hello);
  void on_command(ConnectionId id, Connection& connection, const Request& command);
  bool is_operation() const;
  Hold* next_hold(std::optional<Stage> stage);
  void send(ConnectionId id, const Request& to, std::string_view document, bool more);
  void say(ConnectionId id, Connection& connection);
  void close(ConnectionId id);
  Connection* of(std::uint64_t number);

  bool monitored_;
  std::map<ConnectionId, Connection> connections_;
  std::map<std::uint64_t, Hold> holds_;
  std::vector<ConnectionId> diverted_;
  std::optional<ConnectionId> monitor_;
  std::optional<bson::Document> latest_;
  std::vector<Effect> effects_;
  std::uint64_t last_hold_ = 0;
  std::int32_t last_id_ = 0;
};

}  // namespace failc::black_box
