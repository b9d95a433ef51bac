#pragma once
// A replica set in one process: virtual clock, network and disks, all from one seed. For tests only.
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::replication::simulation {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Setup {
  int members = 3;
  int first_members = 0;  // in the first configuration; 0: all. The others wait to be added
  bool last_is_arbiter = false;
  std::uint64_t seed = 1;
  milliseconds election_timeout{800};
  int loss_per_mille = 0;
  microseconds least_delay{50}, most_delay{1000};
  microseconds least_sync{300}, most_sync{5000};
  milliseconds write_interval{10};
  bool acknowledge_early = false;
  bool reconfigures = false;       // members come, go and change priorities among the faults
  std::vector<double> priorities;  // 1 where none is given
  std::int64_t oplog_bytes = 4 << 20;
};

class Simulation {
 public:
  explicit Simulation(const Setup& setup);

  /// Node 0 initiates; runs until a primary takes writes.
  void bring_up();
  void run_for(Nanos time);
  /// False when `limit` passed first.
  bool run_until(const std::function<bool()>& condition, Nanos limit);

  // ---- faults
  void crash(int node);  // what is not on the disk is lost, but for a random part of it
  void restart(int node);
  void wipe(int node);  // crashed, and its disk is empty then
  void pause(int node);
  void resume(int node);
  void block(int from, int to, bool blocked) { blocked_[{from, to}] = blocked; }
  void split(const std::vector<int>& side);
  void heal();
  /// One random fault or repair.
  void disturb();
  void repair_all();

  // ---- looks
  const Setup& setup() const { return setup_; }
  int size() const { return setup_.members; }
  bool up(int node) const { return nodes_[static_cast<std::size_t>(node)].replica != nullptr; }
  Replica& replica(int node) { return *nodes_[static_cast<std::size_t>(node)].replica; }
  /// The one that takes writes and leads the latest term; -1: none.
  int primary() const;
  Nanos now() const { return now_; }
  Moment moment(int node) const;
  /// All have the same state, and it is committed.
  bool converged() const;
  std::uint64_t trace_hash() const { return hash_; }
  std::size_t acknowledged() const { return acknowledged_.size(); }
  std::size_t rolled_back() const { return rolled_back_; }
  std::size_t reconfigured() const { return reconfigured_; }
  std::size_t initial_syncs() const { return initial_syncs_; }
  std::size_t elections() const { return leaders_.size(); }
  Random& dice() { return dice_; }
  /// What was broken first, "" for nothing.
  const std::string& violation() const { return violation_; }
  bool writing = true;  // the client writes

  void carry_out(int node, Effects effects);
  std::map<CommandId, std::optional<CommandError>> finished;
  std::function<void(int node, const Effect& effect)> watch;

 private:
  struct Write {
    Entry entry;
  };
  struct Node {
    std::unique_ptr<Replica> replica;
    std::uint64_t life = 0;
    bool paused = false;
    std::vector<std::function<void()>> mailbox;  // while paused
    std::vector<Record> disk;
    std::size_t disk_base = 0;  // token 1 of this life is disk[disk_base]
    std::size_t synced = 0;     // records on the disk for good
    bool syncing = false;
    std::optional<Nanos> wake;
    std::vector<Entry> applied;    // its state: all entries there ever were
    std::vector<Entry> collected;  // of another's state
    std::size_t checked = 0;       // entries of its state held against the committed ones
    std::vector<Write> writes;
    milliseconds skew{0};
  };
  struct Timed {
    Nanos at{};
    std::uint64_t number = 0;
    std::function<void()> act;
    bool operator<(const Timed& other) const { return std::pair(at, number) > std::pair(other.at, other.number); }
  };

  Node& node(int index) { return nodes_[static_cast<std::size_t>(index)]; }
  void after(Nanos delay, std::function<void()> act);
  /// `act` happens in this life of the node only, and not while it is paused.
  void on_node(int index, Nanos delay, std::function<void()> act);
  bool step(Nanos limit);
  void boot(int index);
  void arm(int index);
  void start_sync(int index);
  Nanos delay();
  bool lost(int from, int to);
  void send_call(int from, const Call& call);
  void send_answer(int to, const Answer& answer);
  void reconfigure(int leader);
  void client();
  void look(int index);
  void committed(int index, const OpTime& to);
  void leads(int index);
  void broken(const std::string& what);
  void mix(std::uint64_t value);
  int index_of(const std::string& host) const;

  Setup setup_;
  Random dice_;
  Nanos now_{};
  std::uint64_t number_ = 0;
  std::vector<Timed> events_;
  std::vector<Node> nodes_;
  std::map<std::pair<int, int>, bool> blocked_;
  struct Open {
    int from = 0, to = 0;
    CallId call = 0;
  };
  std::map<std::uint64_t, Open> open_;                        // exchanges by number
  std::map<std::pair<int, CallId>, std::uint64_t> outgoing_;  // node's call → exchange; entries of dead lives are dropped with them
  std::uint64_t exchanges_ = 0;
  std::uint64_t written_ = 0;
  CommandId commands_ = 0;
  std::map<std::int64_t, int> leaders_;
  std::vector<Entry> committed_;
  std::vector<Entry> acknowledged_;
  std::size_t rolled_back_ = 0, reconfigured_ = 0, initial_syncs_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
  std::string violation_;
};

}  // namespace failc::replication::simulation
