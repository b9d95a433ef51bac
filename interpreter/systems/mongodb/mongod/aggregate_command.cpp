#include <algorithm>

#include "interpreter/systems/mongodb/mongod/reading.hpp"
#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/query/output.hpp"
#include "interpreter/systems/mongodb/query/pipeline.hpp"

namespace failc::mongod {
namespace {

std::string_view first_stage(bson::View pipeline) {
  const bson::Element first = pipeline.front();
  return first.value.is(bson::Type::document) ? first.value.as_document().front().key : std::string_view();
}

/// Sources that are the server itself. Nothing: the pipeline reads a collection, or brings its documents along.
std::optional<std::vector<bson::Document>> own_source(const Server& server, const Operation& operation, std::string_view stage) {
  std::vector<bson::Document> out;
  if (stage == "$listLocalSessions") {
    for (const std::string& id : server.sessions.ids())
      out.push_back(bson::Builder().open("_id").append("id", bson::BinaryView{4, id}).close().finish());
    return out;
  }
  if (stage == "$currentOp") {
    for (const auto& [id, other] : server.operations) {
      bson::Builder one;
      one.append("type", "op")
          .append("opid", static_cast<std::int64_t>(id))
          .append("active", true)
          .append("ns", std::string(other->command.database) + ".$cmd");
      if (id != operation.id) one.append("command", other->command.body);
      out.push_back(one.finish());
    }
    return out;
  }
  return std::nullopt;
}

bson::Value without_first(bson::View pipeline) {
  bson::ArrayBuilder out;
  bool first = true;
  for (const bson::Element& stage : pipeline) {
    if (!first) out.push(stage.value);
    first = false;
  }
  return out.finish();
}

void write_out(Server& server, Operation& operation, const query::FinalStage& stage, const std::vector<bson::Document>& documents) {
  server.need_writable();
  query::WriteContext context = write_context(server, operation);
  if (const query::OutStage* out = std::get_if<query::OutStage>(&stage))
    return make_and_log(server, operation,
                        need(query::plan_out(server.catalog, *out, documents, context, [&] { return server.new_object_id(); })));
  Writing writing;
  std::optional<QueryError> error;
  for (const bson::Document& document : documents) {
    context.new_id = server.new_object_id();
    query::Outcome<std::vector<query::Change>> changes =
        query::plan_merge(server.catalog, std::get<query::MergeStage>(stage), document.view(), context);
    if (!changes) {
      error = changes.error();
      break;
    }
    make(server, writing, std::move(*changes));
  }
  server.write_to_log(operation, std::move(writing));
  if (error) refuse(*error);
}

Answer aggregate(Server& server, Operation& operation) {
  const Command& command = operation.command;
  const bson::View from = command.body;
  only_simple_collation(from);
  if (flag_or(from, "aggregate", "explain", false))
    refuse(code::kNotImplemented, "`explain` of aggregate is not supported by this server; see the command explain");
  if (!from.has("pipeline")) refuse(code::kMissingField, "BSON field 'aggregate.pipeline' is missing but a required field");
  if (!from["pipeline"].is(bson::Type::array)) refuse(code::kTypeMismatch, "'pipeline' option must be specified as an array");
  if (!from.has("cursor")) refuse(code::kFailedToParse, "The 'cursor' option is required, except for aggregate with the explain argument");
  bson::View pipeline = from["pipeline"].as_document();
  const std::string database(command.database);
  const bool whole_database = command.argument.is_number();
  if (whole_database && command.argument.integer() != 1)
    refuse(code::kFailedToParse, "Invalid command format: the 'aggregate' field must specify a collection name or 1");
  const query::Namespace ns{database, whole_database ? "$cmd.aggregate" : collection_name(database, command.argument, "aggregate")};
  FirstBatch how = cursor_option(from, "aggregate");
  if (!how.size) how.size = 101;
  const std::string_view stage = first_stage(pipeline);
  if (stage == "$changeStream") refuse(code::kNotImplemented, "change streams are not supported by this server");
  if (whole_database && stage != "$documents" && stage != "$listLocalSessions" && stage != "$currentOp")
    refuse(code::kInvalidNamespace, "{aggregate: 1} is not valid for '" + std::string(stage) + "'; a collection is required.");
  const query::Constants constants = constants_of(server, operation);
  ++server.counters.command;
  std::optional<std::vector<bson::Document>> own = own_source(server, operation, stage);
  const bson::Value rest = own ? without_first(pipeline) : bson::Value();
  query::Aggregated done = own ? need(query::aggregate(server.catalog, ns, std::move(*own), rest.view().as_document(), constants))
                               : need(query::aggregate(server.catalog, ns, pipeline, constants));
  if (done.final_stage) {
    write_out(server, operation, *done.final_stage, done.documents);
    done.documents.clear();
  }
  return first_batch(server, operation, ns.text(), std::move(done.documents), how);
}

}  // namespace

std::vector<Spec> aggregate_commands() {
  return {{"aggregate",
           {},
           aggregate,
           trait::kRead | trait::kConcern,
           {"pipeline", "explain", "cursor", "allowDiskUse", "bypassDocumentValidation", "collation", "hint", "let"}}};
}

}  // namespace failc::mongod
