#pragma once
// The embedded mongod: state, and what all commands use. Commands are free functions over it, a file a family; `registry.cpp` lists them.
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/mongod/cursors.hpp"
#include "interpreter/systems/mongodb/mongod/fail_points.hpp"
#include "interpreter/systems/mongodb/mongod/failure.hpp"
#include "interpreter/systems/mongodb/mongod/fields.hpp"
#include "interpreter/systems/mongodb/mongod/journal.hpp"
#include "interpreter/systems/mongodb/mongod/model.hpp"
#include "interpreter/systems/mongodb/mongod/operation.hpp"
#include "interpreter/systems/mongodb/mongod/parameters.hpp"
#include "interpreter/systems/mongodb/mongod/sessions.hpp"
#include "interpreter/systems/mongodb/mongod/snapshot.hpp"
#include "interpreter/systems/mongodb/query/catalog.hpp"
#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::mongod {

struct Connection {
  std::string peer;
  std::string app_name;
  bson::Document client;  // of the handshake
  bool greeted = false;
  bool closing = false;
  OperationId active = 0;
  std::deque<std::string> queued;  // requests behind the active one: a connection is served in order
};

struct Counters {
  std::int64_t connections_created = 0;
  std::int64_t insert = 0, query = 0, update = 0, erase = 0, get_more = 0, command = 0;
};

/// What a write command has done so far, on its way to the log.
struct Writing {
  std::vector<query::Change> changes;
  std::vector<StatementResult> results;
  std::size_t bytes = 0;
};

class Server final : public Model {
 public:
  explicit Server(Options options);
  ~Server() override;

  std::vector<Effect> start(Moment at, std::vector<std::string> records) override;
  std::vector<Effect> handle(Moment at, const Event& event) override;
  void checkpoint(const std::function<void(std::string_view)>& keep) const override;
  std::optional<Nanos> wake_at() const override;

  // ---- state that commands read and write
  const Options options;
  query::Catalog catalog;
  std::unique_ptr<replication::Replica> replica;  // none without --replSet
  FailPoints fail_points;
  Sessions sessions;
  Cursors cursors;
  Parameters parameters;
  Counters counters;
  std::map<ConnectionId, Connection> connections;
  std::map<OperationId, std::unique_ptr<Operation>> operations;
  std::deque<std::string> log_lines;  // for getLog
  bson::ObjectId process;
  std::int64_t topology_counter = 0;
  bool stopping = false;
  Moment at;
  Moment started;

  // ---- for commands
  Connection& connection_of(const Operation& operation) { return connections.at(operation.connection); }
  bson::Document topology_version() const;
  bson::Timestamp last_written() const;
  void log(std::string component, std::string text);
  bson::ObjectId new_object_id();
  std::uint64_t random() { return dice_.next(); }
  replication::Moment replication_moment() const { return {at.now, at.wall}; }

  /// `changes` were made in the catalog: into the log. As no primary (any more) they are undone and the command is refused.
  void write_to_log(Operation& operation, Writing writing);
  /// An entry without a change.
  std::optional<replication::OpTime> write_noop(std::string note);
  /// Throws 10107 where no writes are taken.
  void need_writable();

  /// `resume` is called when one of `interests` has changed or at `until`; it waits again or finishes.
  void wait(Operation& operation, unsigned interests, std::optional<Nanos> until, std::function<void()> resume);
  /// The earlier of `until` and the operation's maxTimeMS.
  std::optional<Nanos> until(const Operation& operation, std::optional<Nanos> other = std::nullopt) const;
  /// maxTimeMS is over.
  bool expired(const Operation& operation) const { return operation.deadline && *operation.deadline <= at.now; }

  /// After a wait: the same that returning from the command's function would have done.
  void complete(Operation& operation, bson::Document reply);
  void fail(Operation& operation, const QueryError& error);
  /// A reply to an awaited hello; a stream goes on to the next.
  void complete_hello(Operation& operation, bson::Document reply);
  /// Runs `work` with what it refuses going into the reply.
  void guarded(Operation& operation, const std::function<void()>& work);

  /// Ends what waits: a write that is done says that its write concern is not.
  void interrupt(Operation& operation, int code, const std::string& why);

  void carry_out(replication::Effects effects);
  void changed(unsigned interests) { changed_ |= interests; }
  void fail_points_met() { changed(interest::kFailPoints); }
  void stop(int exit_code);
  void begin_shutdown(std::chrono::seconds patience, bool force, Operation* asked);
  WriteConcern default_write_concern() const;

 private:
  // server.cpp
  void begin(Moment now);
  void settle();
  void receive(ConnectionId id, std::string message);
  void serve_next(ConnectionId id);
  void disconnect(ConnectionId id);
  void forget(OperationId id);
  std::vector<Effect> take();

  // operations.cpp
  void start_operation(ConnectionId id, std::string message);
  void admit(Operation& operation);
  void check(Operation& operation);
  void pass_fail_point(Operation& operation);
  void after_block(Operation& operation);
  void run_when_readable(Operation& operation);
  void run(Operation& operation);
  bool fails_on_primary(Operation& operation, bool& close_after);
  void close_connection(Operation& operation);
  void finish_read(Operation& operation, bson::Document reply);

  // write_waits.cpp
  void await_write_concern(Operation& operation);
  void look_at_write_concern(Operation& operation, const WriteConcern& concern, std::optional<Nanos> limit);
  WriteConcern concern_of(const Operation& operation) const;
  void finish_write(Operation& operation, std::optional<QueryError> concern_error);

  // replies.cpp
  void send(Operation& operation, bson::Document reply, bool ok, bool more);
  void append_common(bson::Builder& out, const Operation& operation) const;
  bool adds_retryable_label(const Operation& operation, int code) const;

  // recovery.cpp
  Status recover(std::vector<std::string> records, replication::Recovered& out);
  Status recover(replication::Record& record);
  void install(SnapshotReader state);
  void keep_local(const query::Catalog& from);
  void consider_compaction();
  void apply(const LogEntry& entry);
  void undo(const LogEntry& entry);
  std::string initiating_payload();
  std::uint64_t append_record(std::string bytes, bool sync, bool urgent = false);

  // replicating.cpp
  void carry_out(replication::Effect& effect);
  void answer(const replication::Answer& answer);
  void finish_command(OperationId id, const std::optional<replication::CommandError>& error);
  void state_changed(bool writable);
  void rebuild_sessions();
  void answered(CallId id, const Result<std::string>& reply);

  std::vector<Effect> out_;
  std::vector<replication::Answer> answers_;  // to members, once no client's reply can be given any more
  unsigned changed_ = 0;
  std::vector<ConnectionId> idle_;  // finished something: look at their queues
  OperationId last_operation_ = 0;
  std::int32_t last_request_ = 0;
  std::uint64_t last_record_ = 0, synced_record_ = 0;
  std::int64_t journal_bytes_ = 0, look_at_journal_ = 0;
  bool compacts_ = true;
  std::optional<SnapshotReader> collected_;  // what there is of another member's state
  Nanos sessions_due_{};
  std::deque<std::pair<std::uint64_t, replication::Token>> tokens_;  // of records the replica waits for
  std::map<CallId, std::string> calls_;                              // the request's name
  std::uint64_t cluster_time_ = 0;
  bool was_writable_ = false;
  std::optional<int> exiting_;
  std::optional<OperationId> shutdown_step_down_;
  std::optional<Nanos> shutdown_deadline_;
  bool shutdown_force_ = false;
  replication::Random dice_;
  std::uint32_t object_counter_ = 0;

 public:
  std::uint64_t synced_record() const { return synced_record_; }
};

}  // namespace failc::mongod
