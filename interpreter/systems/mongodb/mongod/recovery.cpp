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

std::vector<Effect> Server::start(Moment now, const std::vector<std::string>& records) {
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
  if (const Status status = recover(records, recovered); !status)
    return give_up("cannot go on from the journal: " + status.error().message, 100);
  last_record_ = synced_record_ = records.size();
  if (!options.replica_set.empty()) {
    replication::Options own;
    own.set_name = options.replica_set;
    own.self = own_addresses(options);
    own.seed = dice_.next();
    own.initiating_payload = initiating_payload();
    own.new_primary_payload = encode_entry({LogEntry::Kind::nothing, {}, std::nullopt, "new primary"});
    own.acknowledge_early = parameters.acknowledges_majority_early();
    replica = std::make_unique<replication::Replica>(std::move(own));
    carry_out(replica->start(replication_moment(), std::move(recovered)));
  }
  log("CONTROL", "ready with " + std::to_string(records.size()) + " records of its journal");
  settle();
  return take();
}

Status Server::recover(const std::vector<std::string>& records, replication::Recovered& out) {
  std::vector<replication::Record> own;
  std::vector<replication::Entry> applied;  // what rollbacks may take back
  for (const std::string& bytes : records) {
    Result<JournalRecord> record = decode_record(bytes);
    if (!record) return record.error();
    if (const LocalWrite* local = std::get_if<LocalWrite>(&*record)) {
      const Result<LogEntry> entry = decode_entry(local->payload);
      if (!entry) return entry.error();
      apply(*entry);
      continue;
    }
    replication::Record& replicated = std::get<replication::Record>(*record);
    if (const auto* entries = std::get_if<replication::EntriesRecord>(&replicated)) {
      for (const replication::Entry& entry : entries->entries) {
        const Result<LogEntry> decoded = decode_entry(entry.payload);
        if (!decoded) return decoded.error();
        apply(*decoded);
        applied.push_back(entry);
      }
    } else if (const auto* truncate = std::get_if<replication::TruncateRecord>(&replicated)) {
      while (!applied.empty() && truncate->to < applied.back().at) {
        const Result<LogEntry> decoded = decode_entry(applied.back().payload);
        if (!decoded) return decoded.error();
        undo(*decoded);
        applied.pop_back();
      }
    }
    own.push_back(std::move(replicated));
  }
  Result<replication::Recovered> folded = replication::recover(own);
  if (!folded) return folded.error();
  out = std::move(*folded);
  sessions.forget_all();
  for (const replication::Entry& entry : out.entries) {
    const Result<LogEntry> decoded = decode_entry(entry.payload);
    if (decoded && decoded->session) sessions.record(*decoded->session, at.now);
  }
  return Done{};
}

/// The same changes on the same state have the same end on every member; where they do not fit, one of them is broken.
void Server::apply(const LogEntry& entry) {
  // What a node had before it was made a set's first member is in the set's first entry, for the others.
  if (entry.kind == LogEntry::Kind::initiate) {
    const query::Catalog before = std::exchange(catalog, query::Catalog());
    for (const auto& [name, collection] : before.collections("local"))
      if (query::Outcome<Done> kept = catalog.apply({query::Change::Kind::create, {"local", name}, 0, {}, collection->image(), {}}); !kept)
        FAILC_BUG("a collection's image does not fit");
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

std::uint64_t Server::append_record(std::string bytes, bool sync) {
  out_.push_back(Append{++last_record_, std::move(bytes), sync});
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
