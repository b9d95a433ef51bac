#pragma once
// One member of a replica set: elections, the oplog's way from the primary to the others, rollback, configuration. Sans-I/O and
// deterministic: time, messages and what is durable come in; what is to be done comes out. Behaves to drivers and operators like MongoDB's
// replication protocol version 1; peers are only of this kind (see messages.hpp).
//
// The owner: carries out effects in order; gives every `Call` its end; tells `durable`; calls `tick` at `wake_at()`. It may give an answer
// to a `Call` of any other life of the replica: unknown numbers are ignored.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "interpreter/systems/mongodb/replication/config.hpp"
#include "interpreter/systems/mongodb/replication/effects.hpp"
#include "interpreter/systems/mongodb/replication/messages.hpp"
#include "interpreter/systems/mongodb/replication/oplog.hpp"
#include "interpreter/systems/mongodb/replication/random.hpp"
#include "interpreter/systems/mongodb/replication/status.hpp"

namespace failc::replication {

struct Options {
  std::string set_name;           // --replSet
  std::vector<std::string> self;  // "host:port" by which a configuration may name this node
  std::uint64_t seed = 0;
  std::string initiating_payload;   // of the entry that `initiate` writes
  std::string new_primary_payload;  // of the entry that a new primary writes
  /// The oplog in memory. Beyond it, old entries that are committed are dropped, once the members that can be reached have them.
  std::int64_t oplog_bytes = std::int64_t{4} << 20;
  /// The owner's whole state as it is now, in pieces, one at least: for a member that lacks more than the oplog has.
  std::function<std::vector<std::string>()> snapshot;
  /// For tests of tests: a majority write is reported satisfied before it is replicated. Loses data.
  bool acknowledge_early = false;
};

struct StepDown {
  std::chrono::seconds seconds{60};
  std::chrono::seconds secondary_catch_up_period{10};
  bool force = false;
};

struct WriteConcern {
  std::variant<int, std::string> w = 1;  // a number, "majority" or a mode of the configuration
  bool journal = false;
};
enum class WriteState : std::uint8_t {
  waiting,
  satisfied,
  stepped_down,  // this node is not the primary (any more): nobody here will know; 189 PrimarySteppedDown
};

class Replica {
 public:
  explicit Replica(Options options);
  ~Replica();

  // ---- events
  /// Once, first.
  Effects start(Moment at, Recovered recovered);
  Effects tick(Moment at);
  Effects requested(Moment at, IncomingId id, const Request& request);
  /// The asker of `id` is gone.
  Effects withdrawn(Moment at, IncomingId id);
  Effects answered(Moment at, CallId id, const Response& response);
  Effects failed(Moment at, CallId id, const std::string& why);
  /// This record and all before it are on the disk.
  Effects durable(Moment at, Token token);
  /// The owner, as primary, has done a write. Nothing: this node takes no writes now (10107 NotWritablePrimary), and nothing was appended.
  std::optional<OpTime> append(Moment at, std::string payload, Effects& effects);
  /// Somebody waits until more members than a majority have `place`.
  Effects want_all(Moment at, const OpTime& place);

  // ---- an operator's commands; `CommandFinished` comes at once or later
  std::optional<CommandError> initiate(Moment at, Config config, Effects& effects);
  Effects reconfig(Moment at, CommandId id, Config config, bool force);
  Effects step_down(Moment at, CommandId id, const StepDown& how);
  Effects step_up(Moment at, CommandId id);
  struct Frozen {
    std::optional<CommandError> error;
    std::string info;
  };
  Frozen freeze(Moment at, std::chrono::seconds seconds, Effects& effects);
  /// The operator waits no longer: `id` will not finish. What it began may still happen, but a waiting step-down is given up.
  Effects abandoned(Moment at, CommandId id);

  /// When `tick` is wanted at the latest; nothing: only events matter.
  std::optional<Nanos> wake_at() const;

  // ---- questions
  State state() const { return state_; }
  std::int64_t term() const { return term_; }
  const std::optional<Config>& config() const { return config_; }
  bool is_primary() const { return state_ == State::primary; }
  /// Not while a new primary catches up, nor while one waits to step down.
  bool can_accept_writes() const;
  bool can_read() const { return state_ == State::primary || state_ == State::secondary; }
  OpTime last_applied() const { return oplog_.last(); }
  OpTime last_durable() const { return durable_; }
  OpTime commit_point() const { return commit_; }
  const Oplog& oplog() const { return oplog_; }
  /// Whether `at`, an entry this node had in this life, was not rolled back since.
  bool holds(const OpTime& at) const;
  /// What a new journal needs, behind the pieces of the owner's state as of now.
  void checkpoint(const std::function<void(Record)>& keep) const;
  WriteState write_state(const OpTime& at, const WriteConcern& concern) const;
  /// What this configuration can never satisfy: 100 UnsatisfiableWriteConcern, 79 UnknownReplWriteConcern.
  std::optional<CommandError> check(const WriteConcern& concern) const;
  Status status(Moment at) const;
  Hello hello() const;

 private:
  enum class Role : std::uint8_t { follower, candidate, leader };

  /// What is known of another member.
  struct Peer {
    MemberId id = kNobody;
    std::string host;
    State state = State::unknown;
    bool up = false;
    bool greeted = false;          // has answered since it was last down, with a configuration
    bool fresh = false;            // its position was told since this node won its election
    std::optional<Nanos> contact;  // its last message
    Nanos up_since{};
    OpTime applied, durable;
    OpTime given;                  // the last entry that it was sent, or had when it asked
    ConfigVersion config;
    bool config_durable = false;
    MemberId primary = kNobody;
    Nanos ping{};
    std::optional<std::chrono::milliseconds> heard_wall, received_wall;
    std::string message, sync_source;
    std::uint64_t election_time = 0;
    CallId heartbeat = 0;  // outstanding
    int retries = 0;
    Nanos next_heartbeat{};
  };
  enum class Kind : std::uint8_t { heartbeat, seed, vote, fetch, position, step_up, snapshot };
  struct Pending {
    Kind kind = Kind::heartbeat;
    MemberId peer = kNobody;
    Nanos sent{};
    std::uint64_t round = 0;  // of votes
    OpTime applied, durable;  // of positions: what was told
  };
  struct Candidacy {
    std::uint64_t round = 0;
    bool dry_run = true;
    bool against_primary = false;  // there is one, and that is no reason to stop
    Token vote_token = 0;          // 0: the own vote is on the disk (or not needed)
    std::set<MemberId> granted, refused;
    Nanos deadline{};
    std::string reason;
    std::map<MemberId, OpTime> positions;  // the voters'
  };
  struct HeldFetch {
    IncomingId id = 0;
    FetchRequest request;
    Nanos deadline{};
    bool told_commit_point = false;  // the deadline is that of a new commit point
    bool surplus = false;            // ... that of entries that no majority waits for
  };
  struct HeldAnswer {
    Token token = 0;
    Answer answer;
  };
  /// A state that is given to others.
  struct Snapshot {
    std::int64_t id = 0;
    OpTime at;
    std::vector<std::string> pieces;
    Nanos used{};
  };
  /// A state that comes from another.
  struct InitialSync {
    MemberId source = kNobody;
    std::int64_t snapshot = 0;
    OpTime at;
    std::int64_t next = 0, pieces = 0;
  };
  struct PendingStepDown {
    CommandId id = 0;
    StepDown how;
    OpTime target;
    Nanos began{}, deadline{};
  };
  struct PendingReconfig {
    std::optional<CommandId> id;  // nothing: nobody waits any more
    Config config;
    bool installed = false;
  };
  /// What hello shows, for noticing that it changed.
  struct View {
    State state = State::startup;
    bool writable = false;
    MemberId primary = kNobody;
    ConfigVersion config;
    std::int64_t led_term = -1;
    friend bool operator==(const View&, const View&) = default;
  };

  // replica.cpp
  void begin(Moment at);
  Effects finish();
  void run_timers();
  void settle();
  Token persist(Record record, bool sync = true, bool urgent = false);
  CallId call(const std::string& host, Request request, Nanos timeout, Pending pending);
  void cancel(CallId id);
  void forget(CallId id);
  void fail(CallId id, const std::string& why);
  void log(std::string text) { out_.push_back(Log{std::move(text)}); }
  void learn_term(std::int64_t term);
  void set_state(State state);
  View view() const;

  // configuration.cpp
  const Member* self() const;
  Peer* peer(MemberId id);
  const Peer* peer(MemberId id) const;
  void install(Config config);
  void adopt(Config config);
  bool config_committed() const;
  void settle_reconfig();
  void finish_reconfig(std::optional<CommandError> error);

  // heartbeat.cpp
  Nanos heartbeat_interval() const;
  HeartbeatRequest heartbeat() const;
  void send_heartbeats_now();
  void send_heartbeat(Peer& to);
  void ask_seed(const std::string& host);
  Response on_request(const HeartbeatRequest& request);
  void on_response(const Pending& what, const HeartbeatResponse& response);
  void heartbeat_failed(Peer& from, const Pending& what, const std::string& why);
  void touch(Peer& from);
  void mark_down(Peer& peer, const std::string& why);
  void learn_state(Peer& from, State state, std::int64_t term);
  void learn_position(Peer& from, std::int64_t term, const OpTime& applied, const OpTime& durable);
  void learn_config(const Config& config);
  std::optional<Refusal> stranger(const std::string& set_name, MemberId sender) const;

  // election.cpp
  Nanos election_timeout() const;
  void rearm_election();
  bool electable() const;
  std::optional<std::string> start_election(std::string reason, bool dry_run, bool against_primary = false);
  void stand();
  void request_votes();
  void count_votes();
  void election_lost(const std::string& why);
  void abandon_candidacy(const std::string& why);
  void finish_step_ups(std::optional<CommandError> error);
  std::optional<Response> on_request(IncomingId id, const VoteRequest& request);
  std::string why_arbiter_refuses(const VoteRequest& request) const;
  std::string why_no_vote(const VoteRequest& request);
  void on_response(const Pending& what, const VoteResponse& response);
  void vote_failed(const Pending& what);
  void consider_eager_election();
  void consider_takeover();
  void takeover();

  // primary.cpp
  void win(std::string reason);
  void settle_catch_up();
  void begin_writing();
  OpTime write(std::string payload);
  void resign(const std::string& why);
  void check_majority_reachable();
  Nanos liveness_deadline() const;
  void advance_commit_point();
  void learn_commit_point(const OpTime& commit, bool same_branch);
  void set_commit_point(const OpTime& commit);
  OpTime known_position(const Peer& peer, bool durable) const;

  // fetch.cpp
  MemberId choose_sync_source() const;
  void settle_fetch();
  void settle_position();
  bool reports_soon() const;
  void drop_fetch();
  void on_response(const Pending& what, const FetchResponse& response);
  void on_response(const Pending& what, const PositionResponse& response);
  std::optional<Response> on_request(IncomingId id, const FetchRequest& request);
  Response on_request(const PositionRequest& request);
  void serve_fetches();
  bool held_back(HeldFetch& held, int& needed) const;
  std::optional<FetchResponse> serve(const FetchRequest& request, bool late) const;
  void diverged(const FetchResponse& response);
  void roll_back(const OpTime& to);
  void stop_syncing(std::string why);

  // snapshot.cpp
  void trim();
  std::optional<Nanos> snapshot_expiry() const;
  void settle_snapshot();
  Response on_request(const SnapshotRequest& request);
  void begin_initial_sync(MemberId source, const std::string& why);
  void ask_for_piece();
  void on_response(const Pending& what, const SnapshotResponse& response);
  void install_snapshot(const OpTime& at);
  void abandon_initial_sync(const std::string& why);

  // step_down.cpp
  bool caught_up(const Peer& peer, const OpTime& target) const;
  bool safe_to_step_down(const OpTime& target) const;
  void settle_step_down();
  void hand_over(const OpTime& target);
  Response on_request(const StepUpRequest& request);

  // status.cpp
  MemberStatus own_status(Moment at) const;
  MemberStatus status_of(const Peer& peer, Moment at) const;

  Options options_;
  Random dice_;
  Moment at_{};
  Moment started_{};
  bool stalled_ = false;
  Effects out_;

  std::optional<Config> config_;
  ConfigVersion durable_config_;
  std::map<Token, ConfigVersion> configs_in_flight_;
  MemberId self_ = kNobody;
  std::vector<Peer> peers_;  // in the configuration's order, without this node

  State state_ = State::startup;
  Role role_ = Role::follower;
  std::int64_t term_ = 0;
  MemberId voted_for_ = kNobody;
  MemberId primary_ = kNobody;  // of `term_`
  bool seen_primary_ = false;   // since the start
  bool stopped_syncing_ = false;
  std::string info_;

  Oplog oplog_;
  OpTime durable_, commit_;
  std::vector<std::pair<Token, OpTime>> entries_in_flight_;
  std::vector<std::pair<OpTime, OpTime>> lost_;  // of this life: after the first, up to the second; rolled back or replaced
  std::optional<Snapshot> snapshot_;

  Token last_token_ = 0;
  CallId last_call_ = 0;
  std::map<CallId, Pending> calls_;
  std::vector<HeldFetch> held_fetches_;
  OpTime all_wanted_;  // nobody is held back from what is up to here: see `want_all`
  std::vector<HeldAnswer> held_answers_;

  // elections
  std::optional<Nanos> election_due_;
  std::optional<Nanos> takeover_due_;
  Nanos no_standing_until_{};  // after step-down and freeze
  std::optional<Candidacy> candidacy_;
  std::uint64_t round_ = 0;
  bool eager_ = false;  // the election at the set's start was tried
  std::vector<CommandId> step_ups_;

  // a leader's
  std::int64_t led_term_ = -1;
  Nanos won_at_{};
  std::uint64_t election_time_ = 0;
  std::string election_reason_;
  bool catching_up_ = false;
  bool catch_up_diverged_ = false;
  std::optional<PendingStepDown> step_down_;
  std::optional<PendingReconfig> reconfig_;

  // a follower's
  CallId fetch_ = 0;
  MemberId sync_source_ = kNobody;
  Nanos fetch_retry_{};
  std::optional<OpTime> probe_;       // looking for the last common entry
  std::optional<OpTime> first_sync_;  // STARTUP2 until here
  std::optional<InitialSync> initial_sync_;
  Token rollback_token_ = 0;
  CallId position_ = 0;
  OpTime told_applied_, told_durable_;
  MemberId told_ = kNobody;
  bool positions_changed_ = false;
  Nanos position_retry_{};
  Nanos report_due_{};
  OpTime shown_commit_, persisted_commit_;
  Nanos commit_persist_due_{};
  View shown_;
};

}  // namespace failc::replication
