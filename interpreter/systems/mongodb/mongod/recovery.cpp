// From the journal to the state, and back to the journal with every write.
#include "grammar/base/bug.hpp"
#include "interpreter/systems/mongodb/mongod/replication_documents.hpp"
#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {
namespace {

constexpr std::size_t kEntryBytes = 4 * 1024 * 1024;

std::vector<std::string> own_addresses(const Options& options) {
  std::vector<std::string> out;
  const std::string port = ":" + std::to_string(options.port);
  for (const std::string& name : {options.host, std::string("localhost"), std::string("127.0.0.1")}) out.push_back(name + port);
  return out;
}

}  // namespace

std::vector<Effect> Server::start(Moment now, std::vector<std::string> records) {
  at = started = now;
  const auto give_up = [&](const std::string& why, int code) {
    log("CONTROL", why);
    exiting_ = code;
    return take();
  };
  if (const std::optional<std::string>& fault = parameters.fault()) return give_up(*fault, 2);
  std::uint64_t identity[2] = {dice_.next() ^ static_cast<std::uint64_t>(now.wall.count()),
                               dice_.next() ^ static_cast<std::uint64_t>(options.pid)};
  for (std::size_t i = 0; i < 12; ++i) process.bytes[i] = static_cast<std::uint8_t>(identity[i / 8] >> (8 * (i % 8)));
  replication::Recovered recovered;
  last_record_ = synced_record_ = records.size();
  if (const Status status = recover(std::move(records), recovered); !status)
    return give_up("cannot go on from the journal: " + status.error().message, 100);
  // A member that is started without its set keeps its set's oplog and configuration in the journal alone.
  compacts_ = !options.replica_set.empty() || !recovered.config;
  if (!options.replica_set.empty()) {
    replication::Options own;
    own.set_name = options.replica_set;
    own.self = own_addresses(options);
    own.seed = dice_.next();
    own.initiating_payload = initiating_payload();
    own.new_primary_payload = encode_entry({LogEntry::Kind::nothing, {}, std::nullopt, "new primary"});
    own.oplog_bytes = options.oplog_bytes;
    own.snapshot = [this] {
      std::vector<std::string> pieces;
      write_snapshot(catalog, sessions.marks(false), false, kPieceBytes, [&](std::string piece) { pieces.push_back(std::move(piece)); });
      return pieces;
    };
    own.acknowledge_early = parameters.acknowledges_majority_early();
    replica = std::make_unique<replication::Replica>(std::move(own));
    carry_out(replica->start(replication_moment(), std::move(recovered)));
  }
  log("CONTROL", "ready with " + std::to_string(last_record_) + " records of its journal");
  settle();
  return take();
}

Status Server::recover(std::vector<std::string> records, replication::Recovered& out) {
  replication::Recovery recovery(options.oplog_bytes);
  for (std::string& stored : records) {
    const std::string bytes = std::exchange(stored, {});  // each is freed as soon as it was read
    journal_bytes_ += static_cast<std::int64_t>(bytes.size());
    Result<JournalRecord> record = decode_record(bytes);
    if (!record) return record.error();
    if (const LocalWrite* local = std::get_if<LocalWrite>(&*record)) {
      const Result<LogEntry> entry = decode_entry(local->payload);
      if (!entry) return entry.error();
      apply(*entry);
      continue;
    }
    replication::Record& replicated = std::get<replication::Record>(*record);
    if (const Status status = recover(replicated); !status) return status;
    const replication::Recovery::Step step = recovery.add(std::move(replicated));
    for (const replication::Entry& entry : step.undone) {
      const Result<LogEntry> decoded = decode_entry(entry.payload);
      if (!decoded) return decoded.error();
      undo(*decoded);
    }
    for (const replication::Entry& entry : step.dropped)
      if (const std::optional<SessionMark> mark = session_of(entry.payload)) sessions.settle(*mark, at.now);
  }
  collected_.reset();  // a state that was not whole when this node ended
  Result<replication::Recovered> folded = std::move(recovery).finish();
  if (!folded) return folded.error();
  out = std::move(*folded);
  sessions.rewind();
  for (const replication::Entry& entry : out.entries)
    if (const std::optional<SessionMark> mark = session_of(entry.payload)) sessions.record(*mark, at.now);
  return Done{};
}

/// What a record does to the state, but for truncation.
Status Server::recover(replication::Record& record) {
  if (const auto* entries = std::get_if<replication::EntriesRecord>(&record)) {
    for (const replication::Entry& entry : entries->entries) {
      const Result<LogEntry> decoded = decode_entry(entry.payload);
      if (!decoded) return decoded.error();
      apply(*decoded);
    }
  } else if (const auto* kept = std::get_if<replication::KeptRecord>(&record)) {
    for (const replication::Entry& entry : kept->entries)
      if (const Result<LogEntry> decoded = decode_entry(entry.payload); !decoded) return decoded.error();
  } else if (auto* piece = std::get_if<replication::PieceRecord>(&record)) {
    if (piece->first) collected_.emplace();
    if (!collected_) return Error{"the journal holds a piece of a state whose beginning is not there"};
    const Status added = collected_->add(piece->bytes);
    piece->bytes = {};
    return added;
  } else if (std::holds_alternative<replication::InstallRecord>(record)) {
    if (!collected_) return Error{"the journal installs a state that is not there"};
    install(std::move(*collected_));
    collected_.reset();
  }
  return Done{};
}

/// In place of all there was, but for the database `local` where the new state has none.
void Server::install(SnapshotReader state) {
  const query::Catalog before = std::exchange(catalog, std::move(state.catalog));
  if (catalog.collections("local").empty()) keep_local(before);
  sessions.replace(state.sessions, at.now);
}

void Server::keep_local(const query::Catalog& from) {
  for (const auto& [name, collection] : from.collections("local"))
    if (query::Outcome<Done> kept = catalog.apply({query::Change::Kind::create, {"local", name}, 0, {}, collection->image(), {}}); !kept)
      FAILC_BUG("a collection's image does not fit");
}

/// The same changes on the same state have the same end on every member; where they do not fit, one of them is broken.
void Server::apply(const LogEntry& entry) {
  // What a node had before it was made a set's first member is in the set's first entry, for the others.
  if (entry.kind == LogEntry::Kind::initiate) {
    const query::Catalog before = std::exchange(catalog, query::Catalog());
    keep_local(before);
  }
  for (const bson::Document& document : entry.changes) {
    Result<query::Change> change = query::from_bson(document);
    if (!change) {
      log("REPL", "an entry holds a change that is none: " + change.error().message);
      continue;
    }
    if (query::Outcome<Done> done = catalog.apply(*change); !done) log("REPL", "a change does not fit: " + done.error().message);
    if (change->kind == query::Change::Kind::drop) cursors.kill_in(change->ns.text());
  }
  if (entry.session) sessions.record(*entry.session, at.now);
}

void Server::undo(const LogEntry& entry) {
  for (auto document = entry.changes.rbegin(); document != entry.changes.rend(); ++document) {
    const Result<query::Change> change = query::from_bson(*document);
    if (!change) continue;
    if (query::Outcome<Done> done = catalog.apply(query::inverse(*change)); !done)
      log("REPL", "a change cannot be undone: " + done.error().message);
  }
}

std::string Server::initiating_payload() {
  LogEntry entry{LogEntry::Kind::initiate, {}, std::nullopt, "initiating set"};
  for (const std::string& database : catalog.databases()) {
    if (database == "local") continue;
    for (const auto& [name, collection] : catalog.collections(database))
      entry.changes.push_back(query::to_bson({query::Change::Kind::create, {database, name}, 0, {}, collection->image(), {}}));
  }
  return encode_entry(entry);
}

/// The journal is kept below twice what the state takes, and what two oplogs do.
void Server::consider_compaction() {
  if (!compacts_ || exiting_ || collected_ || journal_bytes_ <= look_at_journal_) return;
  std::int64_t state = replica ? replica->oplog().bytes() : 0;
  constexpr std::int64_t kRecordOverhead = 24;
  for (const std::string& database : catalog.databases())
    for (const auto& [name, collection] : catalog.collections(database))
      state += collection->bytes() + static_cast<std::int64_t>(collection->count()) * kRecordOverhead;
  look_at_journal_ = 2 * (state + options.oplog_bytes);
  if (journal_bytes_ <= look_at_journal_) return;
  journal_bytes_ = state;
  out_.emplace_back(Compact{last_record_});
}

void Server::checkpoint(const std::function<void(std::string_view)>& keep) const {
  bool first = true;
  write_snapshot(catalog, sessions.marks(true), true, kPieceBytes, [&](std::string piece) {
    keep(encode_record(replication::PieceRecord{std::exchange(first, false), std::move(piece)}));
  });
  if (replica)
    replica->checkpoint([&](const replication::Record& record) { keep(encode_record(record)); });
  else
    keep(encode_record(replication::InstallRecord{}));
}

std::uint64_t Server::append_record(std::string bytes, bool sync, bool urgent) {
  journal_bytes_ += static_cast<std::int64_t>(bytes.size());
  out_.push_back(Append{++last_record_, std::move(bytes), sync, urgent});
  return last_record_;
}

void Server::write_to_log(Operation& operation, Writing writing) {
  if (writing.changes.empty()) return;
  std::vector<query::Change>& changes = writing.changes;
  LogEntry entry;
  std::size_t bytes = 0;
  const auto flush = [&](bool last) {
    if (last && operation.command.transaction_number && !writing.results.empty())
      entry.session = SessionMark{operation.command.session, *operation.command.transaction_number, std::move(writing.results)};
    std::string payload = encode_entry(entry);
    entry = {};
    bytes = 0;
    if (!replica || operation.command.database == "local") {
      operation.record = append_record(encode_record(LocalWrite{std::move(payload)}), concern_of(operation).what.journal);
      return true;
    }
    replication::Effects effects;
    const std::optional<replication::OpTime> at_place = replica->append(replication_moment(), std::move(payload), effects);
    if (at_place) operation.written = *at_place;
    carry_out(std::move(effects));
    return at_place.has_value();
  };
  std::size_t logged = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    entry.changes.push_back(query::to_bson(changes[i]));
    bytes += entry.changes.back().size();
    const bool last = i + 1 == changes.size();
    if (!last && (bytes < kEntryBytes || operation.retryable)) continue;
    if (!flush(last)) {
      // This moment was the end of being primary.
      for (std::size_t j = changes.size(); j-- > logged;)
        if (query::Outcome<Done> done = catalog.apply(query::inverse(changes[j])); !done) FAILC_BUG("a change just made cannot be undone");
      need_writable();
      refuse(code::kNotWritablePrimary, "not primary");
    }
    logged = i + 1;
  }
}

std::optional<replication::OpTime> Server::write_noop(std::string note) {
  if (!replica) return std::nullopt;
  replication::Effects effects;
  const std::optional<replication::OpTime> out =
      replica->append(replication_moment(), encode_entry({LogEntry::Kind::nothing, {}, std::nullopt, std::move(note)}), effects);
  carry_out(std::move(effects));
  return out;
}

void Server::need_writable() {
  if (replica && !replica->can_accept_writes()) refuse(code::kNotWritablePrimary, "not primary");
}

}  // namespace failc::mongod
