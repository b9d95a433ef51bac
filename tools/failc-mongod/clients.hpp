#pragma once
// The connections that clients make.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/mongod/model.hpp"
#include "interpreter/systems/mongodb/wire/splitter.hpp"
#include "tools/failc-mongod/addresses.hpp"
#include "tools/failc-mongod/logger.hpp"
#include "tools/failc-mongod/output.hpp"

namespace failc::mongod_host {

/// What a client may have unread before it is cut off.
inline constexpr std::size_t kMaxUnread = std::size_t{64} << 20;

/// Tells `Connected`, `Received` and, once for each `Connected`, `Disconnected`. Nothing is sent before `flush`.
class Clients {
 public:
  /// `soon`: something waits for `flush`.
  Clients(boost::asio::io_context& loop, const Logger& log, std::size_t most, bool quiet, std::function<void(mongod::Event)> tell,
          std::function<void()> soon);
  Status listen(const Endpoints& endpoints);
  /// To a connection that is gone: nothing. One that is being closed takes no more. `last`: written after those of other connections.
  void send(mongod::ConnectionId connection, std::string message, bool last = false);
  /// After what was sent before; nothing more is told of it but `Disconnected`.
  void close(mongod::ConnectionId connection);
  /// Writes what was sent since the last one.
  void flush();
  bool idle() const { return unwritten_ == 0; }
  void stop_listening();

 private:
  using Socket = boost::asio::ip::tcp::socket;
  struct Client {
    Socket socket;
    std::string peer;
    wire::Splitter splitter;
    Output output;
    bool dirty = false;    // in `dirty_` or `dirty_last_`
    bool blocked = false;  // waits until the socket takes more
    bool closing = false;
    std::optional<boost::asio::steady_timer> deadline;  // of the closing
  };

  void accept(std::size_t acceptor);
  void welcome(Socket socket);
  void watch(mongod::ConnectionId id, Client& client);
  void read(mongod::ConnectionId id);
  bool take(mongod::ConnectionId id, std::string_view bytes);
  void mark(mongod::ConnectionId id, Client& client, bool last = false);
  void write(mongod::ConnectionId id);
  void drop(mongod::ConnectionId id);
  Client* find(mongod::ConnectionId id);
  void note(Severity severity, int id, mongod::ConnectionId connection, std::string_view message, Attributes attributes) const;

  boost::asio::io_context& loop_;
  const Logger& log_;
  std::size_t most_;
  bool quiet_;
  std::function<void(mongod::Event)> tell_;
  std::function<void()> soon_;
  std::vector<boost::asio::ip::tcp::acceptor> acceptors_;
  std::unordered_map<mongod::ConnectionId, std::unique_ptr<Client>> clients_;
  mongod::ConnectionId last_ = 0;
  std::vector<mongod::ConnectionId> dirty_, dirty_last_;
  std::size_t unwritten_ = 0;  // bytes, of all
  std::string buffer_;         // one for all: an idle client holds none
  std::vector<std::string> messages_;
  boost::asio::steady_timer retry_;
};

}  // namespace failc::mongod_host
