#include "interpreter/systems/mongodb/mongod/writing.hpp"

#include "grammar/base/bug.hpp"
#include "interpreter/systems/mongodb/mongod/replication_documents.hpp"

namespace failc::mongod {
namespace {

constexpr std::size_t kMostStatements = 100000;

}  // namespace

query::Namespace target(const Operation& operation) {
  return {std::string(operation.command.database), collection_name(operation.command.database, operation.command.argument, operation.command.name)};
}

query::Constants constants_of(const Server& server, const Operation& operation) {
  query::Constants out;
  out.now = {server.at.wall};
  out.cluster_time = server.last_written();
  const bson::View body = operation.command.body;
  if (body.has("let")) out.let = bson::Document(field(body, operation.command.name, "let").document());
  return out;
}

query::Uuid new_uuid(Server& server) {
  query::Uuid out{};
  const std::uint64_t high = server.random(), low = server.random();
  for (std::size_t i = 0; i < 8; ++i) {
    out[i] = static_cast<std::uint8_t>(high >> (8 * i));
    out[8 + i] = static_cast<std::uint8_t>(low >> (8 * i));
  }
  out[6] = static_cast<std::uint8_t>((out[6] & 0x0f) | 0x40);
  out[8] = static_cast<std::uint8_t>((out[8] & 0x3f) | 0x80);
  return out;
}

query::WriteContext write_context(Server& server, const Operation& operation) {
  query::WriteContext out;
  out.new_id = server.new_object_id();
  out.new_uuid = new_uuid(server);
  out.constants = constants_of(server, operation);
  out.bypass_validation = flag_or(operation.command.body, operation.command.name, "bypassDocumentValidation", false);
  return out;
}

void make(Server& server, Writing& writing, std::vector<query::Change> changes) {
  for (query::Change& change : changes) {
    if (query::Outcome<Done> done = server.catalog.apply(change); !done) FAILC_BUG("a change does not fit the state it was planned on");
    writing.bytes += change.before.size() + change.after.size();
    writing.changes.push_back(std::move(change));
  }
}

void make_and_log(Server& server, Operation& operation, std::vector<query::Change> changes) {
  for (const query::Change& change : changes)
    if (change.kind == query::Change::Kind::drop || change.kind == query::Change::Kind::rename) server.cursors.kill_in(change.ns.text());
  Writing writing;
  make(server, writing, std::move(changes));
  server.write_to_log(operation, std::move(writing));
}

void only_simple_collation(bson::View from) {
  const bson::ValueView collation = from["collation"];
  if (collation.is_nullish()) return;
  const bson::View spec = Field{"", "collation", collation}.document();
  if (spec.empty() || spec["locale"].string() == std::optional<std::string_view>("simple")) return;
  refuse(code::kNotImplemented, "collations other than {locale: \"simple\"} are not supported by this server");
}

Batch::Batch(Server& server, Operation& operation, std::size_t size) : server_(server), operation_(operation) {
  const Command& command = operation.command;
  if (size == 0 || size > kMostStatements)
    refuse(code::kInvalidLength, "Write batch sizes must be between 1 and 100000. Got " + std::to_string(size) + " operations.");
  ordered_ = flag_or(command.body, command.name, "ordered", true);
  if (command.body.has("stmtIds")) {
    for (const bson::Element& id : field(command.body, command.name, "stmtIds").array())
      statement_ids_.push_back(static_cast<std::int32_t>(Field{command.name, "stmtIds", id.value}.integer()));
    if (statement_ids_.size() != size) refuse(code::kInvalidLength, "Number of statement ids must match the number of batch entries");
  }
  first_statement_ = static_cast<std::int32_t>(integer_or(command.body, command.name, "stmtId", 0));
}

void Batch::run(std::size_t index, const std::function<bson::Document(Writing&)>& statement) {
  const Command& command = operation_.command;
  const std::int32_t id = statement_ids_.empty() ? first_statement_ + static_cast<std::int32_t>(index) : statement_ids_[index];
  if (command.transaction_number) {
    if (const bson::Document* done = server_.sessions.result_of(command.session, *command.transaction_number, id)) {
      results_.emplace_back(index, *done);
      return;
    }
  }
  const std::size_t before = writing_.changes.size();
  try {
    bson::Document result = statement(writing_);
    // What changed nothing is not remembered: tried again, it is run again.
    if (command.transaction_number && writing_.changes.size() != before) writing_.results.push_back({id, result});
    results_.emplace_back(index, std::move(result));
  } catch (const Refused& refused) {
    failed(index, refused.error);
  }
}

void Batch::failed(std::size_t index, const QueryError& error) { errors_.emplace_back(index, error); }

void Batch::log() {
  const std::vector<StatementResult> done = writing_.results;
  server_.write_to_log(operation_, std::move(writing_));
  if (!done.empty()) server_.sessions.record({operation_.command.session, *operation_.command.transaction_number, done}, server_.at.now);
}

bson::Document Batch::finish(bson::Builder reply) {
  log();
  if (!errors_.empty()) {
    reply.open_array("writeErrors");
    std::size_t number = 0;
    for (const auto& [index, error] : errors_) {
      reply.open(std::to_string(number++)).append("index", static_cast<std::int32_t>(index)).append("code", error.code);
      if (error.extra) reply.append_all(error.extra->view());
      reply.append("errmsg", error.message).close();
    }
    reply.close();
  }
  append_place(reply, server_, operation_);
  return reply.finish();
}

void append_place(bson::Builder& out, const Server& server, const Operation& operation) {
  if (!server.replica || !server.replica->is_primary()) return;
  const replication::ElectionId id = replication::election_id(server.replica->term());
  bson::ObjectId election;
  election.bytes = id;
  out.append("electionId", election);
  out.append("opTime", optime_document(operation.written.is_null() ? server.replica->last_applied() : operation.written));
}

}  // namespace failc::mongod
