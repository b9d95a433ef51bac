#pragma once
// Models under a virtual clock: clients that send commands, a network and disks that take time, kills and cuts. All chance comes from a
// seed.
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/mongod/model.hpp"
#include "interpreter/systems/mongodb/replication/random.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::mongod::test {

/// A reply that came, in the order they came.
struct Reply {
  bson::Document document;
  std::uint32_t flags = 0;
  wire::Header header;
};

bson::Document json(std::string_view text);

class World {
 public:
  explicit World(std::uint64_t seed = 1) : dice_(seed) {}

  struct Settings {
    std::string replica_set, version = "8.0";
    std::vector<std::pair<std::string, std::string>> parameters;
    std::int64_t oplog_bytes = std::int64_t{4} << 20;
  };
  /// A node at "localhost:PORT", started at once.
  void add(int port, const Settings& settings);
  void kill(int port);  // its journal loses what was not on the disk
  void start(int port);
  void stop(int port) { give(port, StopRequested{}); }  // as a signal does
  /// Of a dead node: what it is started with next.
  void change(int port, const Settings& settings) { nodes_.at(port).settings = settings; }
  bool alive(int port) const { return nodes_.at(port).model != nullptr; }
  /// No message between the two groups; messages on their way are lost.
  void cut(const std::set<int>& ports) { cut_ = ports; }
  void heal() { cut_.clear(); }

  /// Of a dead node: its folder is emptied.
  void wipe(int port);
  /// How often its journal began anew.
  int compactions(int port) const { return nodes_.at(port).compactions; }
  const std::vector<std::string>& journal(int port) const { return nodes_.at(port).journal; }

  Nanos now() const { return now_; }
  /// Lets time go by.
  void pass(std::chrono::milliseconds time);
  /// ... until it holds; false when it did not in that time.
  bool until(const std::function<bool()>& holds, std::chrono::milliseconds most = std::chrono::seconds(30));

  // ---- clients
  ConnectionId connect(int port);
  void disconnect(ConnectionId connection);
  void send(ConnectionId connection, const bson::Document& command, std::uint32_t flags = 0,
            const std::vector<wire::Sequence>& sequences = {});
  void send_bytes(ConnectionId connection, std::string message);
  std::vector<Reply>& replies(ConnectionId connection) { return clients_[connection].replies; }
  bool closed(ConnectionId connection) { return clients_[connection].closed; }
  /// Sends and waits for the reply; nothing when the connection closed or no reply came in time.
  std::optional<bson::Document> ask(ConnectionId connection, const bson::Document& command,
                                    std::chrono::milliseconds most = std::chrono::seconds(30));
  /// The same, over a connection of its own that stays open; {} where nothing came.
  bson::Document run(int port, std::string_view command);
  bson::Document run(int port, const bson::Document& command);

  /// Of every node that is alive, by `hello`: the one that takes writes.
  std::optional<int> primary();
  /// From a node's next start on, what it is given is kept.
  bool recording = false;
  /// Gives a new model what the node was given in this life; true when it does the same, byte for byte.
  bool replays(int port);
  std::optional<int> exited(int port) const { return nodes_.at(port).exit; }

  std::chrono::microseconds disk_time{1000};
  std::chrono::microseconds network_time{200};

 private:
  struct Node {
    Settings settings;
    int lives = 0;
    std::unique_ptr<Model> model;
    std::vector<std::string> journal;
    std::size_t on_disk = 0;
    std::int64_t before = 0;                       // the number of the journal's first record, less one
    std::optional<std::vector<std::string>> anew;  // what the journal becomes, once it is on the disk
    int compactions = 0;
    std::map<ConnectionId, std::function<void(const std::string&)>> inner;  // peers' connections: what to do with the reply
    std::map<CallId, bool> calls;
    std::optional<Nanos> wake;
    std::optional<int> exit;
    // of this life, when recording
    Options options;
    std::vector<std::string> found_journal;
    std::vector<std::pair<Moment, std::optional<Event>>> given;  // nothing: the start
    std::string trace;
  };
  struct Client {
    int port = 0;
    Nanos since{};
    std::vector<Reply> replies;
    bool closed = false;
  };
  struct Happening {
    Nanos at;
    std::uint64_t order;
    std::function<void()> what;
    bool operator>(const Happening& other) const { return at != other.at ? at > other.at : order > other.order; }
  };

  void later(Nanos delay, std::function<void()> what) { queue_.push({now_ + delay, ++order_, std::move(what)}); }
  Moment moment() const {
    return {now_, std::chrono::milliseconds(1700000000000) + std::chrono::duration_cast<std::chrono::milliseconds>(now_)};
  }
  void give(int port, const Event& event);
  void carry_out(int port, std::vector<Effect> effects);
  void compact(int port);
  void call(int port, const Call& call);
  void look_at_wake(int port);
  bool reachable(int a, int b) const { return cut_.contains(a) == cut_.contains(b); }
  bool step(Nanos limit);

  replication::Random dice_;
  Nanos now_{std::chrono::seconds(1)};
  std::uint64_t order_ = 0;
  std::priority_queue<Happening, std::vector<Happening>, std::greater<>> queue_;
  std::map<int, Node> nodes_;
  std::map<ConnectionId, Client> clients_;
  std::map<int, ConnectionId> own_;
  std::set<int> cut_;
  ConnectionId last_connection_ = 0;
  std::int32_t last_request_ = 0;
};

}  // namespace failc::mongod::test
